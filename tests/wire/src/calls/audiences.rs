use knock_core::audiences::{self, AudienceMemberRequest};
use serde_json::{Map, Value};

use super::Table;
use super::values::{read, take, take_object, take_text, user};

pub(super) const NODE_1: Table = &[
    ("audiences.addMembers", |mut args| {
        let (key, mut body) = (args.text(), args.object());
        let mut add = audiences::add_members(key, members(&mut body));
        set!(add, &mut body, create_audience: bool);
        args.send(add)
    }),
    ("audiences.listMembers", |mut args| {
        let mut list = audiences::list_members(args.text());
        set_page!(list, &mut args.query_option());
        args.send_page(list)
    }),
    ("audiences.removeMembers", |mut args| {
        let (key, mut body) = (args.text(), args.object());
        args.send(audiences::remove_members(key, members(&mut body)))
    }),
];

fn members(body: &mut Map<String, Value>) -> Vec<AudienceMemberRequest> {
    let list: Vec<Map<String, Value>> = read(&take(body, "members").expect("it is required"));
    let member = |mut member: Map<String, Value>| {
        let mut properties = take_object(&mut member, "user");
        let id = take_text(&mut properties, "id").expect("a user has an id");
        let mut request = AudienceMemberRequest::new(user(id, properties));
        set!(request, &mut member, tenant: String);
        request
    };
    list.into_iter().map(member).collect()
}
