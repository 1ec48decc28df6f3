//! Filters of dates and numbers in a language, by the data of CLDR.

use icu_calendar::Gregorian;
use icu_datetime::FixedCalendarDateTimeFormatter;
use icu_datetime::fieldsets::builder::{DateFields, FieldSetBuilder};
use icu_datetime::input::{Date, DateTime, Time};
use icu_datetime::options::{Length, TimePrecision};
use icu_decimal::DecimalFormatter;
use icu_decimal::input::{Decimal, SignDisplay};
use icu_decimal::options::DecimalFormatterOptions;
use icu_experimental::dimension::currency::CurrencyType;
use icu_experimental::dimension::currency::formatter::CurrencyFormatter;
use icu_experimental::dimension::currency::options::CurrencyFormatterOptions;
use icu_locale_core::Locale;
use jiff::ZonedDateTime;

use crate::render::error::Problem;
use crate::render::liquid::filters::date::time;
use crate::render::liquid::filters::input::{Filter, Input, Outcome, takes_up_to};
use crate::render::liquid::value::Value;

pub(super) fn find(name: &str) -> Option<Filter> {
    Some(match name {
        "format_date_in_locale" => takes_up_to(0, 2, |input| {
            let Some(time) = time(input)? else { return Ok(input.value.clone()) };
            input.make(date(&time, &locale(input, 0)?, Style::argument(input, 1)?)?)
        }),
        "format_datetime_in_locale" => takes_up_to(0, 3, |input| {
            let Some(time) = time(input)? else { return Ok(input.value.clone()) };
            let (date, clock) = (Style::argument(input, 1)?, Style::argument(input, 2)?);
            input.make(date_time(&time, &locale(input, 0)?, date, clock)?)
        }),
        "format_number" => takes_up_to(0, 1, |input| {
            let Some(number) = decimal(&input.value) else { return Ok(input.value.clone()) };
            let formatter =
                DecimalFormatter::try_new((&locale(input, 0)?).into(), DecimalFormatterOptions::default());
            let formatter = formatter.map_err(|_| unsupported())?;
            input.make(formatter.format(&number).to_string())
        }),
        "currency" => takes_up_to(0, 2, |input| currency(input, false)),
        "rounded_currency" => takes_up_to(0, 2, |input| currency(input, true)),
        _ => return None,
    })
}

/// How much of a date is written out.
#[derive(Clone, Copy)]
enum Style {
    Short,
    Medium,
    Long,
    Full,
}

impl Style {
    /// The style that an argument names. The default is `short`.
    fn argument(input: &Input<'_>, index: usize) -> Result<Self, Problem> {
        Ok(match &*input.argument_text(index)? {
            "" | "short" => Self::Short,
            "medium" => Self::Medium,
            "long" => Self::Long,
            "full" => Self::Full,
            other => {
                return Err(Problem::new(format!(
                    "`{other}` is not a style: `short`, `medium`, `long` or `full`"
                )));
            }
        })
    }

    fn fields(self) -> FieldSetBuilder {
        let mut fields = FieldSetBuilder::new();
        fields.length = Some(match self {
            Self::Short => Length::Short,
            Self::Medium => Length::Medium,
            Self::Long | Self::Full => Length::Long,
        });
        fields.date_fields =
            Some(if matches!(self, Self::Full) { DateFields::YMDE } else { DateFields::YMD });
        fields
    }
}

/// The language that an argument names. The default is `en`.
fn locale(input: &Input<'_>, index: usize) -> Result<Locale, Problem> {
    let name = input.argument_text(index)?;
    let name = if name.is_empty() { "en" } else { &*name };
    name.replace('_', "-")
        .parse()
        .map_err(|_| Problem::new(format!("`{name}` is not a language, for example `fr-CA`")))
}

fn unsupported() -> Problem {
    Problem::new("the language has no such format")
}

fn day(time: &ZonedDateTime) -> Result<Date<Gregorian>, Problem> {
    let date = time.date();
    Date::try_new_gregorian(date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs())
        .map_err(|_| unsupported())
}

fn date(time: &ZonedDateTime, locale: &Locale, style: Style) -> Result<String, Problem> {
    let fields = style.fields().build_date().map_err(|_| unsupported())?;
    let formatter =
        FixedCalendarDateTimeFormatter::try_new(locale.into(), fields).map_err(|_| unsupported())?;
    Ok(formatter.format(&day(time)?).to_string())
}

fn date_time(time: &ZonedDateTime, locale: &Locale, date: Style, clock: Style) -> Result<String, Problem> {
    let mut fields = date.fields();
    fields.time_precision =
        Some(if matches!(clock, Style::Short) { TimePrecision::Minute } else { TimePrecision::Second });
    let fields = fields.build_date_and_time().map_err(|_| unsupported())?;
    let formatter =
        FixedCalendarDateTimeFormatter::try_new(locale.into(), fields).map_err(|_| unsupported())?;
    let part = |number: i8| number.unsigned_abs();
    let clock_time = Time::try_new(part(time.hour()), part(time.minute()), part(time.second()), 0);
    let input = DateTime { date: day(time)?, time: clock_time.map_err(|_| unsupported())? };
    let text = formatter.format(&input).to_string();
    Ok(match clock {
        Style::Long | Style::Full => format!("{text} {}", time.strftime("%Z")),
        Style::Short | Style::Medium => text,
    })
}

/// The number of a value, exactly.
fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Integer(number) => Some(Decimal::from(*number)),
        Value::Float(number) => number.is_finite().then(|| number.to_string().parse().ok()).flatten(),
        Value::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn currency(input: &Input<'_>, rounded: bool) -> Outcome {
    let Some(mut amount) = decimal(&input.value) else { return Ok(input.value.clone()) };
    let code = input.argument_text(0)?;
    let code = if code.is_empty() { "USD" } else { &*code };
    let locale = locale(input, 1)?;
    let currency = CurrencyType::try_from_str(code)
        .map_err(|_| Problem::new(format!("`{code}` is not a currency, for example `USD`")))?;
    let formatter =
        CurrencyFormatter::try_new_symbol((&locale).into(), currency, CurrencyFormatterOptions::default());
    let formatter = formatter.map_err(|_| unsupported())?;
    if !rounded {
        return input.make(formatter.format_fixed_decimal(&amount).to_string());
    }
    amount.round(0);
    let text = formatter.format_fixed_decimal(&amount).to_string();
    let (whole, cents) = (absolute(&amount, 0, &locale)?, absolute(&amount, -2, &locale)?);
    input.make(text.replace(&cents, &whole))
}

/// A number without its sign, with so many digits after the point.
fn absolute(amount: &Decimal, digits: i16, locale: &Locale) -> Result<String, Problem> {
    let formatter = DecimalFormatter::try_new(locale.into(), DecimalFormatterOptions::default());
    let mut amount = amount.clone().with_sign_display(SignDisplay::Never);
    amount.pad_end(digits);
    Ok(formatter.map_err(|_| unsupported())?.format(&amount).to_string())
}
