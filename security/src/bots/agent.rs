//! What a `User-Agent` says of its program.

/// No program has a shorter or a longer name.
const SHORTEST: usize = 3;
const LONGEST: usize = 512;

pub(super) fn is_absurd(agent: &str) -> bool {
    !(SHORTEST..=LONGEST).contains(&agent.len()) || !agent.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Whether a name in it ends in one of these words: `Googlebot/2.1`, but not `Robotics`.
pub(super) fn is_crawler(agent: &str, words: &[String]) -> bool {
    let parts = beside_devices(agent).into_iter();
    let mut names = parts.flat_map(|part| part.split(|byte: char| !byte.is_ascii_alphabetic()));
    names.any(|name| words.iter().any(|word| ends_in(name, word)))
}

/// What stands beside the parts in which a telephone says what it is, `(Linux; Android 13; CUBOT NOTE 30)`: makers call their
/// models what they like. Crawlers that come as a telephone name themselves beside them.
fn beside_devices(agent: &str) -> Vec<&str> {
    let (mut parts, mut begin, mut from) = (Vec::new(), 0, 0);
    while let Some(open) = agent[from..].find(['(', '[']).map(|at| from + at) {
        let end = if agent[open..].starts_with('(') { ')' } else { ']' };
        let Some(close) = agent[open..].find(end).map(|at| open + at) else { break };
        if is_device(&agent[begin..open], &agent[open..=close]) {
            parts.push(&agent[begin..open]);
            begin = close + 1;
        }
        from = close + 1;
    }
    parts.push(&agent[begin..]);
    parts
}

/// Whether a bracketed part describes the device: it names Android's version, or stands behind it, as Instagram writes it, or
/// is of Facebook's browser. Crawlers say `compatible`, or where to read about them.
fn is_device(before: &str, part: &str) -> bool {
    let inner = &part[1..part.len() - 1];
    let mut facts = inner.split(';').map(str::trim);
    let is_crawlers = facts.clone().any(|fact| fact == "compatible") || inner.contains("://");
    let is_of_android = facts.any(|fact| fact.starts_with("Android")) || before.ends_with("Android ");

    !is_crawlers && if part.starts_with('[') { inner.starts_with("FB") } else { is_of_android }
}

/// Every browser says so, for the sake of servers of the nineties; programs hardly do.
pub(super) fn is_browser(agent: &str) -> bool {
    agent.starts_with("Mozilla/")
}

fn ends_in(name: &str, word: &str) -> bool {
    let start = name.len().checked_sub(word.len());
    start.and_then(|start| name.get(start..)).is_some_and(|end| !word.is_empty() && end.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_itself_a_crawler(agent: &str) -> bool {
        is_crawler(agent, &crate::config::bots::Bots::default().crawlers)
    }

    #[test]
    fn a_crawler_is_known_by_how_it_calls_itself() {
        for agent in [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (compatible; bingbot/2.0)",
            "Scrapy/2.11 (+https://scrapy.org)",
            "facebookexternalhit/1.1",
            "my-Spider",
            "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/131.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (Linux x86_64; ExampleBot)",
            "Mozilla/5.0 (Linux; Android 13; Pixel 7) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36 ExampleBot/1.0",
            "ExampleBot/1.0 (Linux; Android 13; Pixel 7)",
            "Mozilla/5.0 (compatible; Android 13; ExampleBot/1.0)",
            "Mozilla/5.0 (Linux; Android 13; ExampleBot; +https://bot.example)",
            "Mozilla/5.0 (Linux; Android 13; Pixel 7 [FBAN/FB4A;FBDV/Pixel 7;] ExampleBot",
            "Mozilla/5.0 [ExampleBot]",
        ] {
            assert!(names_itself_a_crawler(agent), "{agent}");
        }
        for agent in [
            "Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 30) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (Linux; Android 12; M BOT 551) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (Linux; Android 11; IDbot553) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (Linux; Android 11; IDbot553 Build/RP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 \
             Chrome/131.0.0.0 Mobile Safari/537.36 Instagram 360.0.0.30.109 Android (30/11; 320dpi; 720x1280; IDbot; \
             IDbot553; IDbot553; mt6739; en_GB; 672535977)",
            "Mozilla/5.0 (Linux; Android 12; M BOT 551 Build/SP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 \
             Chrome/131.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/480.0;FBDV/M BOT 551;]",
            "okhttp/4.9 (Android 12; M BOT 551)",
            "Dalvik/2.1.0 (Linux; U; Android 12; M BOT 551 Build/SP1A.210812.016)",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0",
            "Robotics/1.0",
            "node",
            "",
        ] {
            assert!(!names_itself_a_crawler(agent), "{agent}");
        }
    }

    #[test]
    fn what_no_program_calls_itself_is_absurd() {
        for agent in ["", "x", "12345", &"a".repeat(513)] {
            assert!(is_absurd(agent), "{agent}");
        }
        assert!(!is_absurd("node") && !is_absurd("Mozilla/5.0"));
    }
}
