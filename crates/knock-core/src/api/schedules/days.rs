//! Days of the week.

use serde::{Deserialize, Serialize};

use crate::value::InvalidInput;
use crate::wire::open_enum;

open_enum! {
    /// A day of the week.
    pub enum Day {
        Mon = "mon",
        Tue = "tue",
        Wed = "wed",
        Thu = "thu",
        Fri = "fri",
        Sat = "sat",
        Sun = "sun",
    }
}

impl Day {
    /// Monday to Friday.
    pub const WEEKDAYS: [Self; 5] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri];
    /// Saturday and Sunday.
    pub const WEEKEND: [Self; 2] = [Self::Sat, Self::Sun];
    /// Monday to Sunday.
    pub const ALL: [Self; 7] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];
}

static WEEKDAYS: [Day; 5] = Day::WEEKDAYS;
static WEEKEND: [Day; 2] = Day::WEEKEND;

/// The days of the week on which a schedule repeats.
///
/// They are converted from a [`Day`], from a list of days, or from a string: `weekdays`, `weekends`, or the name of a
/// day as Knock writes it, such as `mon`. Any other string is reported when the call is made.
///
/// ```
/// use knock_core::schedules::{Day, Days, RepeatRule};
///
/// let on_weekdays = RepeatRule::weekly("weekdays").hours(9);
/// let on_some = RepeatRule::weekly([Day::Mon, Day::Thu]).hours(9);
/// assert_eq!(Days::from(["mon", "thu"]), Days::from([Day::Mon, Day::Thu]));
/// assert!(Days::weekdays().contains(&Day::Wed));
/// # let _ = (on_weekdays, on_some);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Days(Form);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Form {
    List(Vec<Day>),
    /// In a response, `weekdays` or `weekends`; in a request, an invalid string.
    Word(String),
}

impl Days {
    /// Returns Monday to Friday.
    pub fn weekdays() -> Self {
        Day::WEEKDAYS.into()
    }

    /// Returns Saturday and Sunday.
    pub fn weekends() -> Self {
        Day::WEEKEND.into()
    }

    /// Returns Monday to Sunday.
    pub fn all() -> Self {
        Day::ALL.into()
    }

    /// Returns the days as a slice.
    pub fn as_slice(&self) -> &[Day] {
        match &self.0 {
            Form::List(days) => days,
            Form::Word(word) if word == "weekdays" => &WEEKDAYS,
            Form::Word(word) if word == "weekends" => &WEEKEND,
            Form::Word(_) => &[],
        }
    }

    /// Returns whether a day is among these.
    pub fn contains(&self, day: &Day) -> bool {
        self.as_slice().contains(day)
    }

    pub(super) fn check(&self, field: impl Fn() -> String) -> Result<(), InvalidInput> {
        let unknown = self.as_slice().iter().any(|day| matches!(day, Day::Other(_)));
        match &self.0 {
            Form::List(days) if days.is_empty() => {
                Err(InvalidInput::new(field(), "is empty; it must have a day, or be left out"))
            }
            Form::Word(_) if self.as_slice().is_empty() => {
                let problem = "is unknown; it must be `weekdays`, `weekends` or days such as `mon`";
                Err(InvalidInput::new(field(), problem))
            }
            Form::List(_) if unknown => {
                Err(InvalidInput::new(field(), "has an unknown day; days are `mon` to `sun`"))
            }
            Form::List(_) | Form::Word(_) => Ok(()),
        }
    }
}

impl<D: Into<Day>> FromIterator<D> for Days {
    fn from_iter<I: IntoIterator<Item = D>>(days: I) -> Self {
        Self(Form::List(days.into_iter().map(Into::into).collect()))
    }
}

impl<D: Into<Day>, const N: usize> From<[D; N]> for Days {
    fn from(days: [D; N]) -> Self {
        days.into_iter().collect()
    }
}

impl<D: Into<Day>> From<Vec<D>> for Days {
    fn from(days: Vec<D>) -> Self {
        days.into_iter().collect()
    }
}

impl From<&[Day]> for Days {
    fn from(days: &[Day]) -> Self {
        days.iter().cloned().collect()
    }
}

impl<const N: usize> From<&[Day; N]> for Days {
    fn from(days: &[Day; N]) -> Self {
        days.as_slice().into()
    }
}

impl From<Day> for Days {
    fn from(day: Day) -> Self {
        [day].into()
    }
}

impl From<&str> for Days {
    fn from(text: &str) -> Self {
        match (text, Day::from(text)) {
            ("weekdays", _) => Self::weekdays(),
            ("weekends", _) => Self::weekends(),
            (_, Day::Other(word)) => Self(Form::Word(word)),
            (_, day) => day.into(),
        }
    }
}

impl From<String> for Days {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<&String> for Days {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn days_are_lists_or_words() {
        assert_eq!(json!(Days::from("weekdays")), json!(["mon", "tue", "wed", "thu", "fri"]));
        assert_eq!(json!(Days::from("weekends")), json!(["sat", "sun"]));
        assert_eq!(json!(Days::from("mon")), json!(["mon"]));
        assert_eq!(Days::from(vec!["sat", "sun"]), Days::weekends());
        assert_eq!(Days::from(&Day::ALL), Days::all());
    }

    #[test]
    fn unknown_days_are_refused() {
        let refused = |days: Days| days.check(|| "days".to_owned()).unwrap_err().to_string();
        assert!(refused("funday".into()).starts_with("`days` is unknown"));
        assert!(refused(["mon", "funday"].into()).starts_with("`days` has an unknown day"));
        assert!(refused(Vec::<Day>::new().into()).starts_with("`days` is empty"));
        assert_eq!(Days::from("weekdays").check(|| "days".to_owned()), Ok(()));
    }

    #[test]
    fn a_word_in_a_response_stays_a_word() {
        let days: Days = serde_json::from_value(json!("weekdays")).unwrap();
        assert_eq!(days.as_slice(), Day::WEEKDAYS);
        assert_eq!(days.check(|| "days".to_owned()), Ok(()));
        assert_eq!(json!(days), json!("weekdays"));
    }
}
