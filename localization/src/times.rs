//! Times as fans read them: the venue's own, with how far it is from UTC, day by day.

use jiff::{Timestamp, ZonedDateTime, tz::TimeZone};

use crate::{t_plain, words::Words};

/// A zone by its IANA name; UTC where it is unknown.
#[must_use]
pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// A moment in a zone.
#[must_use]
pub fn at(moment: Timestamp, zone: &TimeZone) -> ZonedDateTime {
    moment.to_zoned_datetime(zone.clone())
}

/// `19:00`; every language here reads the clock's 24 hours.
#[must_use]
pub fn clock(time: &ZonedDateTime) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// `UTC+3`, `UTC+5:30`, `UTC`.
#[must_use]
pub fn offset(time: &ZonedDateTime) -> String {
    let seconds = time.offset().seconds();
    let (sign, minutes) = (if seconds < 0 { '\u{2212}' } else { '+' }, seconds.abs() / 60);
    match (minutes / 60, minutes % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

/// `Sunday 13 December`.
#[must_use]
pub fn day(time: &ZonedDateTime, words: Words<'_>) -> String {
    let weekday = words.say(&format!("weekday-{}", time.weekday().to_monday_one_offset()));
    let month = words.say(&format!("month-{}", time.month()));
    t_plain!(words, "day-of-month", weekday = weekday, day = time.day().to_string(), month = month)
}

/// `13 December 2026, 19:00`.
#[must_use]
pub fn date_and_clock(time: &ZonedDateTime, words: Words<'_>) -> String {
    let month = words.say(&format!("month-{}", time.month()));
    let (day, year) = (time.day().to_string(), time.year().to_string());
    t_plain!(words, "date-and-clock", day = day, month = month, year = year, clock = clock(time))
}

/// A moment, in seconds since 1970, in a zone.
#[must_use]
pub fn at_second(second: i64, zone: &TimeZone) -> ZonedDateTime {
    at(Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH), zone)
}

/// `13 December 2026, 19:00 UTC+3`.
#[must_use]
pub fn date_clock_and_offset(time: &ZonedDateTime, words: Words<'_>) -> String {
    format!("{} {}", date_and_clock(time, words), offset(time))
}

/// `Sunday, 13 December 2026`.
#[must_use]
pub fn full_day(time: &ZonedDateTime, words: Words<'_>) -> String {
    let weekday = words.say(&format!("weekday-{}", time.weekday().to_monday_one_offset()));
    let month = words.say(&format!("month-{}", time.month()));
    let (day, year) = (time.day().to_string(), time.year().to_string());
    t_plain!(words, "day-of-year", weekday = weekday, day = day, month = month, year = year)
}

/// `19:00 UTC+3`, the clock's part of a moment in a zone that its reader may not live in.
#[must_use]
pub fn clock_and_offset(time: &ZonedDateTime) -> String {
    format!("{} {}", clock(time), offset(time))
}

/// A moment as HTML takes it in `datetime`: of the fraction of a second, three digits at most.
#[must_use]
pub fn machine(moment: Timestamp) -> String {
    Timestamp::from_millisecond(moment.as_millisecond()).unwrap_or(moment).to_string()
}

/// The date of a day in a path or a filter: `2026-12-13`.
#[must_use]
pub fn iso_day(time: &ZonedDateTime) -> String {
    time.date().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{locale::Locale, words::Catalogue};

    #[test]
    fn a_time_is_the_venues_and_says_how_far_it_is_from_utc() {
        let kick_off: Timestamp = "2026-12-13T16:00:00Z".parse().expect("it is a time");
        for (name, time, expected) in [
            ("Asia/Qatar", "19:00", "UTC+3"),
            ("Asia/Kolkata", "21:30", "UTC+5:30"),
            ("America/New_York", "11:00", "UTC\u{2212}5"),
            ("UTC", "16:00", "UTC"),
        ] {
            let there = at(kick_off, &zone(name));
            assert_eq!((clock(&there), offset(&there)), (time.to_owned(), expected.to_owned()));
        }
    }

    #[test]
    fn a_moment_in_an_attribute_has_milliseconds_at_most() {
        for (moment, expected) in [
            ("2026-12-13T16:00:00Z", "2026-12-13T16:00:00Z"),
            ("2026-12-13T16:00:00.137732Z", "2026-12-13T16:00:00.137Z"),
        ] {
            assert_eq!(machine(moment.parse().expect("it is a time")), expected);
        }
    }

    #[test]
    fn days_are_written_in_every_language() {
        let catalogue = Catalogue::new(&[], jiff::tz::TimeZone::UTC);
        let there = at("2026-12-13T16:00:00Z".parse().expect("it is a time"), &zone("Asia/Qatar"));
        for (locale, expected) in [
            (Locale::English, "Sunday 13 December"),
            (Locale::Spanish, "domingo, 13 de diciembre"),
            (Locale::French, "dimanche 13 décembre"),
            (Locale::Arabic, "الأحد 13 ديسمبر"),
        ] {
            assert_eq!(day(&there, catalogue.of(locale)), expected);
        }
        for (locale, expected) in [
            (Locale::English, "Sunday, 13 December 2026"),
            (Locale::Spanish, "domingo, 13 de diciembre de 2026"),
            (Locale::French, "dimanche 13 décembre 2026"),
            (Locale::Arabic, "الأحد 13 ديسمبر 2026"),
        ] {
            assert_eq!(full_day(&there, catalogue.of(locale)), expected);
        }
        assert_eq!(clock_and_offset(&there), "19:00 UTC+3");
    }
}
