//! What a `User-Agent` says of its program.

/// No program has a shorter or a longer name.
const SHORTEST: usize = 3;
const LONGEST: usize = 512;

/// Names that only look like a crawler's: a maker of telephones.
const NO_CRAWLERS: [&str; 1] = ["cubot"];

pub(super) fn is_absurd(agent: &str) -> bool {
    !(SHORTEST..=LONGEST).contains(&agent.len()) || !agent.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Whether a name in it ends in one of these words: `Googlebot/2.1`, but not `Robotics`.
pub(super) fn is_crawler(agent: &str, words: &[String]) -> bool {
    let names = agent.split(|byte: char| !byte.is_ascii_alphabetic()).filter(|name| !name.is_empty());
    let mut others = names.filter(|name| !NO_CRAWLERS.iter().any(|known| known.eq_ignore_ascii_case(name)));
    others.any(|name| words.iter().any(|word| ends_in(name, word)))
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
        ] {
            assert!(names_itself_a_crawler(agent), "{agent}");
        }
        for agent in [
            "Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 30) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36",
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
