//! Channel data, for every provider.

use knock_core::channel_data::{
    AwsSnsDevice, ChannelDataRequest, ChannelDataValue, ChannelId, DiscordChannelData, DiscordConnection,
    MsTeamsChannelData, MsTeamsConnection, PushDevice, SlackChannelData, SlackConnection,
};
use knock_core::{Client, Config, Operation, Transport, users};
use serde_json::json;

use crate::Host;
use crate::failure::{Failure, ensure, holds};

pub async fn every_shape<T: Transport, F: Fn(Config) -> Client<T>>(
    _: &Host<F>,
    knock: &Client<T>,
) -> Result<(), Failure> {
    type Is = fn(&ChannelDataValue) -> bool;
    let slack = SlackChannelData::new().access_token("xoxb-1").connection(SlackConnection::channel("C1"));
    let teams =
        MsTeamsChannelData::new().tenant_id("t-1").connection(MsTeamsConnection::channel("team", "channel"));
    let discord = DiscordChannelData::new().connection(DiscordConnection::channel("D1"));
    let cases: [(ChannelDataRequest, Is); 8] = [
        (ChannelDataRequest::push_tokens(["t1", "t2"]), |data| matches!(data, ChannelDataValue::Push { .. })),
        (
            ChannelDataRequest::push_devices([PushDevice::new("t1").locale("en-US").timezone("Asia/Tokyo")]),
            |data| matches!(data, ChannelDataValue::Push { .. }),
        ),
        (ChannelDataRequest::aws_sns_target_arns(["arn:aws:sns:1"]), |data| {
            matches!(data, ChannelDataValue::AwsSns { .. })
        }),
        (ChannelDataRequest::aws_sns_devices([AwsSnsDevice::new("arn:aws:sns:1").locale("de")]), |data| {
            matches!(data, ChannelDataValue::AwsSns { .. })
        }),
        (ChannelDataRequest::one_signal(["5a88728a-3ecb-400d-ba6f-9c0956ab252f"]), |data| {
            matches!(data, ChannelDataValue::OneSignal { .. })
        }),
        (slack.into(), |data| matches!(data, ChannelDataValue::Slack(_))),
        (teams.into(), |data| matches!(data, ChannelDataValue::MsTeams(_))),
        // The id of a channel alone fits more than one provider, and the emulator does not tell which.
        (discord.into(), |data| matches!(data, ChannelDataValue::Discord(_) | ChannelDataValue::Other(_))),
    ];
    for (number, (request, is)) in cases.into_iter().enumerate() {
        let channel = ChannelId::new(format!("5a88728a-3ecb-400d-ba6f-00000000000{number}"));
        let step = async {
            users::set_channel_data("jhammond", &channel, request.clone()).send(knock).await?;
            let read = users::get_channel_data("jhammond", &channel).send(knock).await?;
            ensure(is(&read.data), format!("it is read as {:?}", read.data))?;
            let mut wanted = json!(request);
            // Devices are returned with all their fields.
            if let Some(devices) = wanted.get_mut("devices").map(serde_json::Value::take) {
                wanted = json!({ "devices": devices });
            }
            holds("data", &json!(read.data), &wanted)
        };
        step.await.map_err(|failure| failure.at(format_args!("shape {number}")))?;
    }
    Ok(())
}
