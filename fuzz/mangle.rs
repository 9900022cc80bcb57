//! Inputs from seeds: bytes and lines changed, trees of TOML rebuilt. Seeds and luck in, one input out.

use toml::{Table, Value};

/// Random numbers from a seed (SplitMix64, Steele, Lea and Flood 2014).
pub struct Luck(u64);

impl Luck {
    pub fn new(seed: u64) -> Luck {
        Luck(seed)
    }
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// From 0 to below `end`; 0 when there is nothing to choose.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.word() % end as u64) as usize }
    }
    pub fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// Texts that have broken readers before.
const NASTY: &[&str] = &[
    "",
    " ",
    "\0",
    "\n",
    "\r\n",
    "\u{feff}",
    "\u{202e}",
    "\u{1b}[31m",
    "\"",
    "'",
    "\"\"\"",
    ",",
    ";",
    "=",
    "#",
    "[",
    "]]",
    "{}",
    "-0",
    "-1",
    "0",
    "1",
    "1e999",
    "-1e-999",
    "nan",
    "inf",
    "-inf",
    "0x7fffffffffffffff",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "4294967295",
    "4294967296",
    "0.1",
    "1979-05-27T07:32:00Z",
    "2021-02-29",
    "9999-12-31",
    "2020-01-06",
    "2036-03-31",
    "true",
    "null",
    "60,000,000 yen",
    "6000万円",
    "６０",
    "1_000",
    "../..",
    "C:\\",
    "%00",
    "日本語",
    "é",
    "e\u{301}",
    "\u{1f600}",
    "</script>",
    "extends",
    "baseline.toml",
    "a.b.c",
    "[[intervention]]",
];

/// The next input.
pub fn next(corpus: &[Vec<u8>], luck: &mut Luck, as_tree: bool) -> Vec<u8> {
    let seed = luck.pick(corpus).clone();
    if as_tree
        && !luck.one_in(4)
        && let Some(tree) = std::str::from_utf8(&seed).ok().and_then(|text| text.parse::<Table>().ok())
    {
        let other = luck.pick(corpus).clone();
        let other = std::str::from_utf8(&other).ok().and_then(|text| text.parse().ok()).unwrap_or_default();
        return rebuilt(tree, &other, luck).into_bytes();
    }
    bytes(seed, corpus, luck)
}

fn bytes(mut input: Vec<u8>, corpus: &[Vec<u8>], luck: &mut Luck) -> Vec<u8> {
    for _ in 0..=luck.below(6) {
        let at = luck.below(input.len() + 1);
        let most = if luck.one_in(3) { 400 } else { 12 };
        let length = luck.below(most).min(input.len() - at);
        match luck.below(9) {
            0 if at < input.len() => input[at] ^= 1 << luck.below(8),
            1 if at < input.len() => input[at] = luck.word() as u8,
            2 => drop(input.drain(at..at + length)),
            3 => drop(input.splice(at..at + length, luck.pick(NASTY).bytes())),
            4 => {
                let again = input[at..at + length].to_vec();
                input.splice(at..at, again);
            }
            5 => {
                let other = luck.pick(corpus);
                let from = luck.below(other.len() + 1);
                let until = (from + luck.below(200)).min(other.len());
                input.splice(at..at, other[from..until].to_vec());
            }
            6 => input.truncate(at),
            7 => {
                // Numbers are what tables are made of.
                let digit = input[at..].iter().position(u8::is_ascii_digit).map(|from| at + from);
                if let Some(from) = digit {
                    let number = input[from..].iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
                    input.splice(from..from + number, luck.pick(NASTY).bytes());
                }
            }
            _ => {
                // A line twice, or two lines exchanged.
                let mut lines: Vec<Vec<u8>> = input.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
                let (a, b) = (luck.below(lines.len()), luck.below(lines.len()));
                if luck.one_in(2) {
                    lines.swap(a, b);
                } else {
                    let line = lines[a].clone();
                    lines.insert(b, line);
                }
                input = lines.join(&b'\n');
            }
        }
    }
    // Readers have limits; an input of megabytes finds no more than one of some.
    input.truncate(1 << 21);
    input
}

/// A tree with some of its values, keys and tables changed.
fn rebuilt(mut tree: Table, other: &Table, luck: &mut Luck) -> String {
    for _ in 0..=luck.below(4) {
        change(&mut tree, other, luck, 0);
    }
    toml::to_string(&tree).unwrap_or_default()
}

fn change(table: &mut Table, other: &Table, luck: &mut Luck, depth: usize) {
    let keys: Vec<String> = table.keys().cloned().collect();
    let key = if keys.is_empty() { "title".to_string() } else { luck.pick(&keys).clone() };
    if depth < 5 && !luck.one_in(4) {
        match table.get_mut(&key) {
            Some(Value::Table(inner)) => return change(inner, other, luck, depth + 1),
            Some(Value::Array(items)) if !items.is_empty() => {
                let at = luck.below(items.len());
                match &mut items[at] {
                    Value::Table(inner) if !luck.one_in(5) => return change(inner, other, luck, depth + 1),
                    _ if luck.one_in(3) => drop(items.remove(at)),
                    item if luck.one_in(2) => *item = value(luck, depth),
                    item => {
                        let again = item.clone();
                        items.push(again);
                    }
                }
                return;
            }
            _ => {}
        }
    }
    match luck.below(6) {
        0 => drop(table.remove(&key)),
        1 => {
            if let Some(moved) = table.remove(&key) {
                table.insert(luck.pick(NASTY).to_string(), moved);
            }
        }
        2 if !other.is_empty() => {
            let keys: Vec<&String> = other.keys().collect();
            let from = *luck.pick(&keys);
            table.insert(from.clone(), other[from].clone());
        }
        _ => drop(table.insert(key, value(luck, depth))),
    }
}

fn value(luck: &mut Luck, depth: usize) -> Value {
    match luck.below(if depth > 3 { 6 } else { 8 }) {
        0 => Value::Integer(luck.word() as i64 >> luck.below(64)),
        1 => Value::Float(f64::from_bits(luck.word())),
        2 => Value::Float((luck.below(2_001) as f64 - 1_000.0) / 100.0),
        3 => Value::Boolean(luck.one_in(2)),
        4 => format!("{:04}-{:02}-{:02}", 2019 + luck.below(20), 1 + luck.below(12), 1 + luck.below(28))
            .parse()
            .map_or(Value::Boolean(true), Value::Datetime),
        5 => Value::String(luck.pick(NASTY).to_string()),
        6 => Value::Array((0..luck.below(4)).map(|_| value(luck, depth + 1)).collect()),
        _ => Value::Table((0..luck.below(4)).map(|_| (luck.pick(NASTY).to_string(), value(luck, depth + 1))).collect()),
    }
}
