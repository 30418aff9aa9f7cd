//! Times at which machines start things, in words: `30 7 * * 1-5` is "every weekday at 07:30".

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// Returns the five fields of a cron line in words, or `@daily` and its like; nothing if it is no such line.
pub(crate) fn cron(text: &str) -> Option<String> {
    let named = match text.trim().to_lowercase().as_str() {
        "@hourly" => Some("every hour"),
        "@daily" | "@midnight" => Some("every day at 00:00"),
        "@weekly" => Some("every Sunday at 00:00"),
        "@monthly" => Some("on day 1 of each month at 00:00"),
        "@yearly" | "@annually" => Some("on day 1 of January at 00:00"),
        "@reboot" => Some("when the machine starts"),
        _ => None,
    };
    if let Some(named) = named {
        return Some(named.to_owned());
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else { return None };
    let minutes = Field::read(minute, 59, &[])?;
    let hours = Field::read(hour, 23, &[])?;
    let days = Field::read(day.trim_end_matches('?'), 31, &[])?;
    let months = Field::read(month, 12, &MONTHS)?;
    let weekdays = Field::read(weekday.trim_end_matches('?'), 7, &DAYS)?;
    Some(format!("{} {}", on(&days, &months, &weekdays), at(&minutes, &hours)).replace("every day every", "every"))
}

/// A field of a cron line.
#[derive(Debug, PartialEq)]
enum Field {
    Any,
    Step(u8),
    Range(u8, u8, u8),
    List(Vec<u8>),
    Last,
}

impl Field {
    fn read(text: &str, most: u8, names: &[&str]) -> Option<Field> {
        let number = |it: &str| -> Option<u8> {
            let by_name = || {
                let at = names.iter().position(|name| it.len() >= 3 && name.to_lowercase().starts_with(&it.to_lowercase()))?;
                u8::try_from(at + usize::from(names.len() == 12)).ok()
            };
            it.parse().ok().or_else(by_name).filter(|it| *it <= most)
        };
        if text == "*" || text.is_empty() {
            return Some(Field::Any);
        }
        if text == "L" {
            return Some(Field::Last);
        }
        if let Some(step) = text.strip_prefix("*/") {
            return step.parse().ok().filter(|it| *it > 0).map(|it| if it == 1 { Field::Any } else { Field::Step(it) });
        }
        if !text.contains(',')
            && let Some((from, rest)) = text.split_once('-')
        {
            let (to, step) = rest.split_once('/').map_or((rest, Some(1)), |(to, step)| (to, step.parse().ok()));
            return Some(Field::Range(number(from)?, number(to)?, step?));
        }
        let mut list = Vec::new();
        for part in text.split(',').take(60) {
            match part.split_once('-') {
                Some((from, to)) => list.extend(number(from)?..=number(to)?),
                None => list.push(number(part.split('/').next().unwrap_or(part))?),
            }
        }
        Some(Field::List(list))
    }
}

/// The day: "every weekday", "on day 1 of each month".
fn on(days: &Field, months: &Field, weekdays: &Field) -> String {
    let of_months = match months {
        Field::Any => None,
        Field::List(list) => Some(join(list.iter().filter_map(|it| MONTHS.get(usize::from(it.saturating_sub(1)))).map(|it| (*it).to_owned()).collect())),
        Field::Range(from, to, _) => {
            let name = |it: &u8| MONTHS.get(usize::from(it.saturating_sub(1))).copied().unwrap_or_default();
            Some(format!("{} to {}", name(from), name(to)))
        }
        Field::Step(step) => Some(format!("every {step}th month")),
        Field::Last => None,
    };
    let weekday = match weekdays {
        Field::Any | Field::Last => None,
        Field::Range(1, 5, 1) => Some("every weekday".to_owned()),
        Field::Range(from, to, _) => Some(format!("every {} to {}", day_name(*from), day_name(*to))),
        Field::List(list) if *list == [1, 2, 3, 4, 5] => Some("every weekday".to_owned()),
        Field::List(list) => Some(format!("every {}", join(list.iter().map(|it| day_name(*it).to_owned()).collect()))),
        Field::Step(step) => Some(format!("every {step}th day of the week")),
    };
    let of = of_months.clone().unwrap_or_else(|| "each month".to_owned());
    let day = match days {
        Field::Any => None,
        Field::Step(2) => Some("every other day".to_owned()),
        Field::Step(step) => Some(format!("every {step} days")),
        Field::List(list) if list.len() == 1 => Some(format!("on day {} of {of}", list[0])),
        Field::List(list) => Some(format!("on days {} of {of}", join(list.iter().map(u8::to_string).collect()))),
        Field::Range(from, to, _) => Some(format!("on days {from} to {to} of {of}")),
        Field::Last => Some(format!("on the last day of {of}")),
    };
    match (day, weekday, of_months) {
        (Some(day), Some(weekday), _) => format!("{day} and {weekday}"),
        (Some(day), None, _) => day,
        (None, Some(weekday), Some(months)) => format!("{weekday} in {months}"),
        (None, Some(weekday), None) => weekday,
        (None, None, Some(months)) => format!("every day in {months}"),
        (None, None, None) => "every day".to_owned(),
    }
}

fn at(minutes: &Field, hours: &Field) -> String {
    let within = match hours {
        Field::Range(from, to, _) => format!(" from {from:02}:00 to {to:02}:59"),
        _ => String::new(),
    };
    match (minutes, hours) {
        (Field::List(minutes), Field::List(hours)) => {
            let times = hours.iter().flat_map(|hour| minutes.iter().map(move |minute| format!("{hour:02}:{minute:02}")));
            format!("at {}", join(times.take(12).collect()))
        }
        (Field::Any, Field::Any) => "every minute".to_owned(),
        (Field::Step(step), Field::Any | Field::Range(..)) => format!("every {step} minutes{within}"),
        (Field::List(list), Field::Any | Field::Range(..)) if *list == [0] => format!("every hour{within}"),
        (Field::List(list), Field::Any | Field::Range(..)) => format!("every hour at minute {}{within}", join(list.iter().map(u8::to_string).collect())),
        (Field::List(list), Field::Step(step)) if *list == [0] => format!("every {step} hours"),
        (Field::List(list), Field::Step(step)) => format!("every {step} hours at minute {}", join(list.iter().map(u8::to_string).collect())),
        (_, Field::List(hours)) => format!("several times from {:02}:00 on", hours.first().copied().unwrap_or_default()),
        _ => "several times".to_owned(),
    }
}

fn day_name(day: u8) -> &'static str {
    DAYS[usize::from(day % 7)]
}

fn join(list: Vec<String>) -> String {
    match list.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Returns what stands behind `OnCalendar=` in words: `Mon..Fri *-*-* 07:30`.
pub(crate) fn calendar(text: &str) -> Option<String> {
    let text = text.trim();
    match text.to_lowercase().as_str() {
        "minutely" => return Some("every minute".to_owned()),
        "hourly" => return Some("every hour".to_owned()),
        "daily" => return Some("every day at 00:00".to_owned()),
        "weekly" => return Some("every Monday at 00:00".to_owned()),
        "monthly" => return Some("on day 1 of each month at 00:00".to_owned()),
        "quarterly" => return Some("on day 1 of each quarter at 00:00".to_owned()),
        "yearly" | "annually" => return Some("on day 1 of January at 00:00".to_owned()),
        _ => {}
    }
    let (mut day, mut date, mut time, mut zone) = ("*", "*-*-*", "00:00", None);
    for part in text.split_whitespace() {
        match part {
            part if part.contains(':') => time = part,
            part if part.contains('-') && part.starts_with(|c: char| c.is_ascii_digit() || c == '*') => date = part,
            part if DAYS.iter().any(|it| part.get(..3).is_some_and(|p| it.starts_with(p))) => day = part,
            part => zone = Some(part),
        }
    }
    let pieces: Vec<&str> = date.split('-').collect();
    let (month, of_month) = match pieces.as_slice() {
        [_, month, of_month] | [month, of_month] => (*month, *of_month),
        _ => ("*", "*"),
    };
    let mut clock = time.split(':');
    let (hour, minute) = (clock.next().unwrap_or("*"), clock.next().unwrap_or("0"));
    let plain = |it: &str| {
        it.replace("..", "-").split(',').map(|it| it.trim_start_matches('0')).map(|it| if it.is_empty() { "0" } else { it }).collect::<Vec<_>>().join(",")
    };
    // `0/15` is what cron writes as `*/15`.
    let step = |it: &str| it.split_once('/').map_or_else(|| plain(it), |(_, step)| format!("*/{step}"));
    let weekdays = day.split(',').map(|it| it.split("..").map(|it| it.get(..3).unwrap_or(it)).collect::<Vec<_>>().join("-")).collect::<Vec<_>>().join(",");
    let of_month = if of_month.starts_with("~01") { "L".to_owned() } else { plain(of_month) };
    let words = cron(&format!("{} {} {of_month} {} {weekdays}", step(minute), step(hour), plain(month)))?;
    Some(zone.map_or_else(|| words.clone(), |zone| format!("{words} ({zone})")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_cron_are_told_in_words() {
        let check = |line: &str, expected: &str| assert_eq!(cron(line).as_deref(), Some(expected), "{line}");
        check("30 7 * * 1-5", "every weekday at 07:30");
        check("0 6 1 * *", "on day 1 of each month at 06:00");
        check("0 6 1 1,4,7,10 *", "on day 1 of January, April, July and October at 06:00");
        check("*/15 * * * *", "every 15 minutes");
        check("*/10 8-17 * * mon-fri", "every weekday every 10 minutes from 08:00 to 17:59");
        check("0 * * * *", "every hour");
        check("0 */2 * * *", "every 2 hours");
        check("15 9,15 * * 1", "every Monday at 09:15 and 15:15");
        check("0 22 * * 0,6", "every Sunday and Saturday at 22:00");
        check("5 4 * * sun", "every Sunday at 04:05");
        check("@daily", "every day at 00:00");
        assert_eq!(cron("hello there * * *"), None);
        assert_eq!(cron("99 7 * * *"), None);
    }

    #[test]
    fn timers_are_told_in_words() {
        let check = |text: &str, expected: &str| assert_eq!(calendar(text).as_deref(), Some(expected), "{text}");
        check("Mon..Fri *-*-* 07:30:00", "every weekday at 07:30");
        check("*-*-01 06:00", "on day 1 of each month at 06:00");
        check("*:0/15", "every 15 minutes");
        check("Sat 22:00 Europe/Berlin", "every Saturday at 22:00 (Europe/Berlin)");
        check("daily", "every day at 00:00");
    }
}
