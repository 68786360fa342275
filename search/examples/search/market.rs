//! A market of listings as sellers write them, and queries of those who want it to be slow.

use search::document::{Change, ListingDocument};
use uuid::Uuid;

const WORDS: &str = "aisle seat seats lower upper tier row block behind goal view great cheap original price travel ill brother sister \
    family friends together corner flag halfway line padded shade sun afternoon evening ticket tickets official transfer instant mobile \
    asiento pasillo fila zona alta baja vendo viajar precio original entrada grada fondo norte sur cerca banquillo hinchada sombra place \
    tribune haute basse virage vue panoramique escalier billet vends malade prix famille ensemble côté ambiance sitzplatz reihe oberrang \
    unterrang mittellinie überdacht verkaufe wegen krankheit originalpreis haupttribüne gegengerade setor inferior superior cadeira \
    sombra torcida perto vendo ingresso poltrona posto fila tribuna curva vicino panchina vendesi biglietto مقعد قريب تذكرة جمهور صف \
    チケット 席 日本側 ゴール裏 티켓 응원석 좌석 양도 球票 座位 前排 看台 vip hospitality lounge buffet parking included wheelchair accessible companion restricted";

/// A number generator of its own keeps a market the same on every machine (`SplitMix64`).
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % most as u64).unwrap_or_default()
    }
}

/// Listings with titles of 3 to 8 words and descriptions of 8 to 28; one word in eight is a name or a number that few others have.
pub(crate) fn listings(count: u32) -> Vec<Change> {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut draw = Draw(17);
    (0..count)
        .map(|number| {
            let mut text = |least: usize, more: usize| {
                let length = least + draw.below(more);
                let word = |draw: &mut Draw| match draw.below(8) {
                    0 => rare(draw),
                    _ => words[draw.below(words.len())].to_owned(),
                };
                (0..length).map(|_| word(&mut draw)).collect::<Vec<_>>().join(" ")
            };
            Change::Listing(ListingDocument {
                title: text(3, 6),
                description: Some(text(8, 21)),
                id: Uuid::from_u128(1_000 + u128::from(number)),
                match_number: 1 + i32::try_from(draw.below(64)).unwrap_or_default(),
                category: 1 + i32::try_from(draw.below(3)).unwrap_or_default(),
                price_minor: 5_000 + 100 * i64::try_from(draw.below(900)).unwrap_or_default(),
                version: 1,
            })
        })
        .collect()
}

/// One of some 40,000 words of four to nine letters.
fn rare(draw: &mut Draw) -> String {
    let mut word = Draw(draw.below(40_000) as u64);
    let syllables = 2 + word.below(2);
    let letters = |word: &mut Draw, of: &str| of.chars().nth(word.below(of.len())).unwrap_or_default();
    (0..syllables)
        .flat_map(|_| {
            [letters(&mut word, "bcdfghjklmnprstvz"), letters(&mut word, "aeiou"), letters(&mut word, "lnrst")]
        })
        .collect()
}

/// Long, deep and broad queries.
pub(crate) fn hostile() -> Vec<String> {
    vec![
        "a".repeat(10_000),
        "brazil ".repeat(1_500),
        "seat row block tier view goal price ticket aisle lower".to_owned(),
        "se ro bl ti vi go pr ti ai lo".to_owned(),
        "sest roq blcok tirr veiw gaol prcie tikcet asile lowre".to_owned(),
        "abcdefghijklmnopqrstuvwxyzabcdef ".repeat(300),
        "\u{202e}\u{200b}".repeat(2_500),
        "z\u{335}\u{322}\u{31b}".repeat(1_000),
        "😀".repeat(2_500),
        "日本韓国".repeat(800),
        "대한민국".repeat(800),
        "المغرب".repeat(800),
        "netherlanda switzerlnd argentinaa portugall tunisiaa camerooon australiaa belgiumm croatiaa denmarkk"
            .to_owned(),
        "s".to_owned(),
        "group stage".to_owned(),
        "stadium".to_owned(),
        "title:* OR 1=1 ~2 \"[a TO z]\" ^100".to_owned(),
    ]
}
