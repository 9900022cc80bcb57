//! Which part of a frame a published segment is: its prefectures, industries and size classes. Names in, sets out.

use crate::classification::{Industry, Prefecture, Region};

/// Prefectures under the first declaration of 7 April 2020 (Persol).
const EMERGENCY: [&str; 7] = ["Tokyo", "Kanagawa", "Saitama", "Chiba", "Osaka", "Hyogo", "Fukuoka"];
/// Kanto (Persol).
const KANTO: [&str; 7] = ["Ibaraki", "Tochigi", "Gunma", "Saitama", "Chiba", "Tokyo", "Kanagawa"];
/// Kinki (Persol): wider than MLIT's Kinki area.
const KINKI: [&str; 6] = ["Shiga", "Kyoto", "Osaka", "Hyogo", "Nara", "Wakayama"];

/// Industries by the surveys' names: letters of JSIC divisions.
pub const INDUSTRY_SEGMENTS: [(&str, &str); 16] = [
    ("information & communications", "G"),
    ("finance & insurance", "J"),
    ("real estate", "K"),
    ("construction", "D"),
    ("manufacturing", "E"),
    ("research, professional & technical services", "L"),
    ("accommodation & food", "M"),
    ("education & learning support", "O"),
    ("finance, insurance & real estate", "JK"),
    ("medical, welfare & childcare", "P"),
    ("medical, care & welfare", "P"),
    ("medical & welfare", "P"),
    ("transport", "H"),
    ("transport & postal", "H"),
    ("wholesale & retail", "I"),
    ("services", "LMNR"),
];

/// Size classes that segments are made of: employees, from the smallest (below 30, 30-99, 100-299, 300-999, 1,000 and more).
pub const EMPLOYEE_CLASSES: usize = 5;

/// Whether a prefecture belongs to a place by its name in a survey; `None` for what is no place, or the nation.
pub fn place(segment: &str) -> Option<fn(Prefecture) -> bool> {
    fn among(names: &[&str], prefecture: Prefecture) -> bool {
        names.contains(&prefecture.name())
    }
    Some(match segment {
        "Tokyo area" | "Tokyo + 3 prefectures" => |p| p.region() == Region::Tokyo,
        "Kinki area" => |p| p.region() == Region::Kinki,
        "Chukyo area" => |p| p.region() == Region::Chukyo,
        "Osaka-Nagoya area" => |p| [Region::Kinki, Region::Chukyo].contains(&p.region()),
        "regional cities" | "regional area" => |p| p.region() == Region::Regional,
        "7 emergency prefectures" => |p| among(&EMERGENCY, p),
        "other prefectures" => |p| !among(&EMERGENCY, p),
        "Kanto" => |p| among(&KANTO, p),
        "Kinki" => |p| among(&KINKI, p),
        "Osaka + Hyogo" => |p| among(&["Osaka", "Hyogo"], p),
        _ => return None,
    })
}

/// Prefectures of a place; all of them for what is no place.
pub fn prefectures(segment: &str) -> Vec<Prefecture> {
    match (place(segment), Prefecture::all().find(|p| p.name() == segment)) {
        (Some(inside), _) => Prefecture::all().filter(|p| inside(*p)).collect(),
        (None, Some(prefecture)) => vec![prefecture],
        (None, None) => Prefecture::all().collect(),
    }
}

/// Industries of a segment; all of them for what is no industry.
pub fn industries(segment: &str) -> Vec<Industry> {
    let letters = INDUSTRY_SEGMENTS.iter().find(|(name, _)| *name == segment).map(|(_, letters)| *letters);
    Industry::all().filter(|i| letters.is_none_or(|letters| letters.contains(i.letter()))).collect()
}

/// Classes of [`EMPLOYEE_CLASSES`] of a segment; all of them for what is no size.
pub fn employee_classes(segment: &str) -> std::ops::Range<usize> {
    match segment {
        "<100 employees" => 0..2,
        "30-99" => 1..2,
        "100-299" | "100-299 employees" => 2..3,
        "300-999 employees" => 3..4,
        "300+" | "300+ employees" => 3..5,
        "1000+ employees" => 4..5,
        _ => 0..EMPLOYEE_CLASSES,
    }
}
