//! The fixed lists that everything is counted by: industries, prefectures, regions, sizes, barriers.
//!
//! Source: JSIC division letters (the 16 non-primary ones of the SME Agency's tables), JIS X 0401 prefecture
//! codes, region groups of the land ministry's telework population survey (fiscal 2020).

use serde::{Deserialize, Serialize};

/// Number of industries.
pub const INDUSTRIES: usize = 16;
/// Number of prefectures.
pub const PREFECTURES: usize = 47;
/// Number of size classes.
pub const SIZES: usize = 3;
/// Number of barrier kinds.
pub const BARRIERS: usize = 6;

/// A JSIC division, `0..16` in the order C, D, E, ... R.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Industry(pub u8);

const INDUSTRY_TABLE: [(char, &str, &str, &str); INDUSTRIES] = [
    ('C', "mining", "Mining and quarrying", "鉱業、採石業、砂利採取業"),
    ('D', "construction", "Construction", "建設業"),
    ('E', "manufacturing", "Manufacturing", "製造業"),
    ('F', "utilities", "Electricity, gas, heat, water", "電気・ガス・熱供給・水道業"),
    ('G', "information", "Information and communications", "情報通信業"),
    ('H', "transport", "Transport and postal", "運輸業、郵便業"),
    ('I', "wholesale_retail", "Wholesale and retail", "卸売業、小売業"),
    ('J', "finance", "Finance and insurance", "金融業、保険業"),
    ('K', "real_estate", "Real estate and leasing", "不動産業、物品賃貸業"),
    ('L', "professional", "Scientific, professional and technical services", "学術研究、専門・技術サービス業"),
    ('M', "accommodation_food", "Accommodation and food", "宿泊業、飲食サービス業"),
    ('N', "personal_services", "Personal services and entertainment", "生活関連サービス業、娯楽業"),
    ('O', "education", "Education", "教育、学習支援業"),
    ('P', "medical_welfare", "Medical and welfare", "医療、福祉"),
    ('Q', "compound_services", "Compound services", "複合サービス事業"),
    ('R', "other_services", "Services not elsewhere classified", "サービス業（他に分類されないもの）"),
];

impl Industry {
    /// Every industry, in order.
    pub fn all() -> impl ExactSizeIterator<Item = Industry> + Clone {
        (0..INDUSTRIES as u8).map(Industry)
    }
    /// JSIC division letter.
    pub fn letter(self) -> char {
        INDUSTRY_TABLE[self.0 as usize].0
    }
    /// The word used in files, such as `information`.
    pub fn key(self) -> &'static str {
        INDUSTRY_TABLE[self.0 as usize].1
    }
    /// English name for people.
    pub fn name(self) -> &'static str {
        INDUSTRY_TABLE[self.0 as usize].2
    }
    /// Japanese name of the JSIC division.
    pub fn name_ja(self) -> &'static str {
        INDUSTRY_TABLE[self.0 as usize].3
    }
    /// From a division letter or a key.
    pub fn parse(text: &str) -> Option<Industry> {
        Industry::all().find(|i| i.key() == text || (text.len() == 1 && text.starts_with(i.letter())))
    }
    /// Position in arrays of length [`INDUSTRIES`].
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A prefecture, `0..47` in JIS X 0401 order (Hokkaido = 0, Tokyo = 12, Okinawa = 46).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Prefecture(pub u8);

const PREFECTURE_TABLE: [(&str, &str); PREFECTURES] = [
    ("Hokkaido", "北海道"),
    ("Aomori", "青森県"),
    ("Iwate", "岩手県"),
    ("Miyagi", "宮城県"),
    ("Akita", "秋田県"),
    ("Yamagata", "山形県"),
    ("Fukushima", "福島県"),
    ("Ibaraki", "茨城県"),
    ("Tochigi", "栃木県"),
    ("Gunma", "群馬県"),
    ("Saitama", "埼玉県"),
    ("Chiba", "千葉県"),
    ("Tokyo", "東京都"),
    ("Kanagawa", "神奈川県"),
    ("Niigata", "新潟県"),
    ("Toyama", "富山県"),
    ("Ishikawa", "石川県"),
    ("Fukui", "福井県"),
    ("Yamanashi", "山梨県"),
    ("Nagano", "長野県"),
    ("Gifu", "岐阜県"),
    ("Shizuoka", "静岡県"),
    ("Aichi", "愛知県"),
    ("Mie", "三重県"),
    ("Shiga", "滋賀県"),
    ("Kyoto", "京都府"),
    ("Osaka", "大阪府"),
    ("Hyogo", "兵庫県"),
    ("Nara", "奈良県"),
    ("Wakayama", "和歌山県"),
    ("Tottori", "鳥取県"),
    ("Shimane", "島根県"),
    ("Okayama", "岡山県"),
    ("Hiroshima", "広島県"),
    ("Yamaguchi", "山口県"),
    ("Tokushima", "徳島県"),
    ("Kagawa", "香川県"),
    ("Ehime", "愛媛県"),
    ("Kochi", "高知県"),
    ("Fukuoka", "福岡県"),
    ("Saga", "佐賀県"),
    ("Nagasaki", "長崎県"),
    ("Kumamoto", "熊本県"),
    ("Oita", "大分県"),
    ("Miyazaki", "宮崎県"),
    ("Kagoshima", "鹿児島県"),
    ("Okinawa", "沖縄県"),
];

impl Prefecture {
    /// Every prefecture, in order.
    pub fn all() -> impl ExactSizeIterator<Item = Prefecture> + Clone {
        (0..PREFECTURES as u8).map(Prefecture)
    }
    /// English name, also the word used in files.
    pub fn name(self) -> &'static str {
        PREFECTURE_TABLE[self.0 as usize].0
    }
    /// Japanese name.
    pub fn name_ja(self) -> &'static str {
        PREFECTURE_TABLE[self.0 as usize].1
    }
    /// JIS X 0401 code, 1..=47.
    #[inline]
    pub fn code(self) -> u8 {
        self.0 + 1
    }
    /// From the English or Japanese name, or the JIS code.
    pub fn parse(text: &str) -> Option<Prefecture> {
        Prefecture::all().find(|p| {
            p.name().eq_ignore_ascii_case(text)
                || p.name_ja() == text
                || text.parse::<u8>().is_ok_and(|code| code == p.code())
        })
    }
    /// The land ministry's region group of this prefecture.
    #[inline]
    pub fn region(self) -> Region {
        match self.code() {
            11..=14 => Region::Tokyo,
            21 | 23 | 24 => Region::Chukyo,
            26..=29 => Region::Kinki,
            _ => Region::Regional,
        }
    }
    /// Position in arrays of length [`PREFECTURES`].
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The land ministry's region groups of residence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Region {
    /// Saitama, Chiba, Tokyo, Kanagawa.
    Tokyo,
    /// Kyoto, Osaka, Hyogo, Nara.
    Kinki,
    /// Gifu, Aichi, Mie.
    Chukyo,
    /// All others.
    Regional,
}

impl Region {
    /// Word in scenario files.
    pub fn key(self) -> &'static str {
        match self {
            Region::Tokyo => "tokyo",
            Region::Kinki => "kinki",
            Region::Chukyo => "chukyo",
            Region::Regional => "regional",
        }
    }
    /// Every region group.
    pub const ALL: [Region; 4] = [Region::Tokyo, Region::Kinki, Region::Chukyo, Region::Regional];
    /// Spelt as in the survey's tables.
    pub fn name(self) -> &'static str {
        match self {
            Region::Tokyo => "Tokyo area",
            Region::Kinki => "Kinki area",
            Region::Chukyo => "Chukyo area",
            Region::Regional => "regional cities",
        }
    }
}

/// Size class of the SME Basic Act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SizeClass {
    /// At most 20 employees (commerce and services 5).
    Micro,
    /// SMEs that are not micro.
    Medium,
    /// Above the Act's limits of capital and employees.
    Large,
}

impl SizeClass {
    /// Every class, small to large.
    pub const ALL: [SizeClass; SIZES] = [SizeClass::Micro, SizeClass::Medium, SizeClass::Large];
    /// The word used in files.
    pub fn key(self) -> &'static str {
        match self {
            SizeClass::Micro => "micro",
            SizeClass::Medium => "medium",
            SizeClass::Large => "large",
        }
    }
    /// Position in arrays of length [`SIZES`].
    #[inline]
    pub fn index(self) -> usize {
        self as usize
    }
}

/// What keeps a firm from telework, as the surveys ask it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Barrier {
    /// Labour management, appraisal and communication.
    Management,
    /// Computers, lines, remote access.
    IctTools,
    /// Fear of leaks.
    Security,
    /// Paper documents and seals.
    Paper,
    /// Money.
    Cost,
    /// No room or line at home.
    HomeEnvironment,
}

impl Barrier {
    /// Every barrier, in bit order.
    pub const ALL: [Barrier; BARRIERS] = [
        Barrier::Management,
        Barrier::IctTools,
        Barrier::Security,
        Barrier::Paper,
        Barrier::Cost,
        Barrier::HomeEnvironment,
    ];
    /// The word used in files.
    pub fn key(self) -> &'static str {
        ["management", "ict_tools", "security", "paper", "cost", "home_environment"][self as usize]
    }
    /// This barrier's bit in a firm's set.
    pub fn bit(self) -> u8 {
        1 << self as u8
    }
}
