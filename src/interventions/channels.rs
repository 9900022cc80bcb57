//! Stakeholders as channels: whose pressure reaches which firms when a firm has something to show. Firms that show something in,
//! what classes of firms face out.
//!
//! The list of stakeholders is that of the ministry's task force (April 2021). Whom each reaches, how strongly and in what is
//! assumed; `docs/measures.md` says on what grounds.

use super::{Intervention, Setting, combination::Pressure, kind::Text};
use crate::{
    calendar::Week,
    classification::{INDUSTRIES, PREFECTURES, SIZES, SizeClass},
    dynamics::HazardTerms,
    parameters::{Parameters, Prior},
    population::{Cell, Population},
};
use std::collections::VecDeque;

/// A stakeholder group through which what a firm shows presses others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// Firms that buy from smaller ones.
    Customers,
    /// Who holds shares.
    Investors,
    /// Who rates firms for investors.
    RatingAgencies,
    /// Consumers and media.
    Consumers,
    /// Who looks for work.
    JobSeekers,
    /// The firms' own staff.
    Employees,
    /// Subsidiaries and subcontractors.
    Subcontractors,
    /// Firms of the same industry and size.
    Competitors,
}

/// Where the firms are that the pressure is spread over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The nation.
    Nation,
    /// The prefecture of who shows, by half, and the nation by half.
    Prefecture,
    /// The industry of who shows.
    Industry,
    /// Half by that industry, half in that prefecture.
    IndustryAndPrefecture,
}

impl Scope {
    /// Word for people.
    pub fn words(self) -> &'static str {
        match self {
            Scope::Nation => "the nation",
            Scope::Prefecture => "half its prefecture, half the nation",
            Scope::Industry => "its industry",
            Scope::IndustryAndPrefecture => "half its industry, half its prefecture",
        }
    }

    /// Parts of the nation, the industry and the prefecture.
    fn parts(self) -> [f64; 3] {
        match self {
            Scope::Nation => [1.0, 0.0, 0.0],
            Scope::Prefecture => [0.5, 0.0, 0.5],
            Scope::Industry => [0.0, 1.0, 0.0],
            Scope::IndustryAndPrefecture => [0.0, 0.5, 0.5],
        }
    }
}

/// A channel as the docs tell of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChannelDescription {
    /// Name for people.
    pub name: Text,
    /// Which firms pass it on when they show something.
    pub from: &'static str,
    /// Whom it reaches, as shares of the firms of a class.
    pub reach: &'static str,
    /// Over which firms it is spread.
    pub scope: Scope,
    /// Its weight: log hazard added for a firm that feels it. *Assumed*.
    pub weight: Prior,
    /// Parts of the weight on starting and resuming, on keeping, on formalising.
    pub on: [f64; 3],
    /// What it rests on.
    pub grounds: &'static str,
}

const fn weight(mean: f64, sd: f64) -> Prior {
    Prior { mean, sd, minimum: -1.0, maximum: 3.0 }
}

impl Channel {
    /// Every channel, in the order in which they are told of.
    pub const ALL: [Channel; 8] = [
        Channel::Customers,
        Channel::Investors,
        Channel::RatingAgencies,
        Channel::Consumers,
        Channel::JobSeekers,
        Channel::Employees,
        Channel::Subcontractors,
        Channel::Competitors,
    ];

    /// The word used in files.
    pub fn key(self) -> &'static str {
        match self {
            Channel::Customers => "customers",
            Channel::Investors => "investors",
            Channel::RatingAgencies => "rating_agencies",
            Channel::Consumers => "consumers",
            Channel::JobSeekers => "job_seekers",
            Channel::Employees => "employees",
            Channel::Subcontractors => "subcontractors",
            Channel::Competitors => "competitors",
        }
    }

    /// From the word used in files.
    pub fn parse(word: &str) -> Option<Channel> {
        Channel::ALL.into_iter().find(|channel| channel.key() == word)
    }

    /// What the docs say of it, and its figures.
    pub fn described(self) -> ChannelDescription {
        match self {
            Channel::Customers => ChannelDescription {
                name: Text { en: "Customers", ja: "取引先（発注企業）" },
                from: "large firms to medium and micro ones, medium to micro ones",
                reach: "1 in industries that sell to firms (construction, manufacturing, information, transport, wholesale and retail, professional and other services), 0.3 elsewhere",
                scope: Scope::Prefecture,
                weight: weight(0.4, 0.3),
                on: [1.0, 0.5, 0.25],
                grounds: "supply chains run from large firms to small and are local; size assumed",
            },
            Channel::Investors => ChannelDescription {
                name: Text { en: "Investors", ja: "投資家" },
                from: "firms with 100 million yen of capital or more",
                reach: "0.35 of the large firms with 100 million yen of capital or more (about one in three is listed, `head_offices.csv`), 0.05 of such medium ones",
                scope: Scope::Nation,
                weight: weight(0.3, 0.3),
                on: [1.0, 0.5, 1.0],
                grounds: "only listed firms answer to the market; size assumed",
            },
            Channel::RatingAgencies => ChannelDescription {
                name: Text { en: "Rating agencies", ja: "格付・評価機関" },
                from: "firms with 100 million yen of capital or more",
                reach: "as investors",
                scope: Scope::Nation,
                weight: weight(0.2, 0.3),
                on: [0.5, 0.25, 1.0],
                grounds: "what is written counts in ratings more than what is done; size assumed",
            },
            Channel::Consumers => ChannelDescription {
                name: Text { en: "Consumers and media", ja: "消費者・メディア" },
                from: "all firms",
                reach: "in industries that sell to consumers (wholesale and retail, finance, real estate, accommodation and food, personal services, education, medical and welfare) 1 of the large firms, 0.3 of the medium, 0.05 of the micro ones; elsewhere none",
                scope: Scope::Prefecture,
                weight: weight(0.1, 0.2),
                on: [1.0, 0.5, 0.0],
                grounds: "known firms are talked about; size assumed",
            },
            Channel::JobSeekers => ChannelDescription {
                name: Text { en: "Job seekers", ja: "求職者" },
                from: "all firms",
                reach: "1 of the large, 0.7 of the medium, 0.1 of the micro firms where labour is taken to be short (construction, information, transport, accommodation and food, medical and welfare, other services), 0.4 times as many elsewhere",
                scope: Scope::Prefecture,
                weight: weight(0.3, 0.3),
                on: [1.0, 0.5, 0.5],
                grounds: "no table of labour shortage by industry is in the data: the list and the shares are assumed",
            },
            Channel::Employees => ChannelDescription {
                name: Text { en: "Employees", ja: "従業員" },
                from: "all firms",
                reach: "0.5 of the large and medium firms, 0.2 of the micro ones",
                scope: Scope::IndustryAndPrefecture,
                weight: weight(0.2, 0.2),
                on: [0.5, 1.0, 0.5],
                grounds: "staff that compares its firm with others asks to keep what there is; size assumed",
            },
            Channel::Subcontractors => ChannelDescription {
                name: Text { en: "Subsidiaries and subcontractors", ja: "子会社・下請企業" },
                from: "large firms with 100 million yen of capital or more",
                reach: "in construction, manufacturing, information and transport 1 of the medium, 0.3 of the micro firms; elsewhere none",
                scope: Scope::Industry,
                weight: weight(0.4, 0.3),
                on: [1.0, 0.5, 0.25],
                grounds: "industries with several tiers of subcontracting; size assumed",
            },
            Channel::Competitors => ChannelDescription {
                name: Text { en: "Competitors", ja: "競合企業" },
                from: "all firms, to firms of their own size class",
                reach: "all",
                scope: Scope::Industry,
                weight: weight(0.2, 0.2),
                on: [1.0, 0.5, 0.25],
                grounds: "firms watch those of their industry and size; size assumed",
            },
        }
    }

    /// Share of a cell's firms that the channel can reach at all.
    fn reach(self, cell: &Cell) -> f64 {
        let among = |letters: &str| letters.contains(cell.industry.letter());
        let by_size = |shares: [f64; SIZES]| shares[cell.size.index()];
        match self {
            Channel::Customers => match among("DEGHILR") {
                true => 1.0,
                false => 0.3,
            },
            Channel::Investors | Channel::RatingAgencies => match cell.high_capital {
                true => by_size([0.0, 0.05, 0.35]),
                false => 0.0,
            },
            Channel::Consumers => match among("IJKMNOP") {
                true => by_size([0.05, 0.3, 1.0]),
                false => 0.0,
            },
            Channel::JobSeekers => by_size([0.1, 0.7, 1.0]) * if among("DGHMPR") { 1.0 } else { 0.4 },
            Channel::Employees => by_size([0.2, 0.5, 0.5]),
            Channel::Subcontractors => match among("DEGH") {
                true => by_size([0.3, 1.0, 0.0]),
                false => 0.0,
            },
            Channel::Competitors => 1.0,
        }
    }

    /// Whether a firm of a cell passes on what it shows.
    fn speaks(self, cell: &Cell) -> bool {
        match self {
            Channel::Investors | Channel::RatingAgencies => cell.high_capital,
            Channel::Subcontractors => cell.high_capital && cell.size == SizeClass::Large,
            Channel::Customers => cell.size != SizeClass::Micro,
            Channel::Consumers | Channel::JobSeekers | Channel::Employees | Channel::Competitors => true,
        }
    }

    /// Whether pressure goes from firms of a size to firms of a size.
    fn passes(self, from: SizeClass, to: SizeClass) -> bool {
        match self {
            Channel::Customers => to < from,
            Channel::Competitors => to == from,
            _ => true,
        }
    }

    /// Its weight in a run: at the point the prior's mean, else the draw's own.
    pub fn weight(self, parameters: &Parameters) -> f64 {
        let prior = self.described().weight;
        parameters.draw.map_or(prior.mean, |draw| prior.draw(&format!("channel.{}", self.key()), draw))
    }
}

/// Firms of the whole population, or firms that show something: by size of who shows, in all, by industry, by prefecture.
#[derive(Clone, Debug, PartialEq)]
struct Firms([ByPlace; SIZES]);

#[derive(Clone, Debug, PartialEq)]
struct ByPlace {
    nation: f64,
    industry: [f64; INDUSTRIES],
    prefecture: [f64; PREFECTURES],
}

impl Firms {
    fn none() -> Firms {
        Firms([const { ByPlace { nation: 0.0, industry: [0.0; INDUSTRIES], prefecture: [0.0; PREFECTURES] } }; SIZES])
    }

    fn add(&mut self, size: SizeClass, cell: &Cell, firms: f64) {
        let ByPlace { nation, industry, prefecture } = &mut self.0[size.index()];
        *nation += firms;
        industry[cell.industry.index()] += firms;
        prefecture[cell.prefecture.index()] += firms;
    }

    fn fade(&mut self, keep: f64) {
        for ByPlace { nation, industry, prefecture } in &mut self.0 {
            industry.iter_mut().chain(prefecture).chain([nation]).for_each(|firms| *firms *= keep);
        }
    }

    fn nothing(&self) -> bool {
        self.0.iter().all(|by_place| by_place.nation.abs() < 1e-9)
    }
}

/// One channel of one measure in one run.
#[derive(Clone, Debug)]
struct Audience {
    channel: Channel,
    /// Log hazards that a firm which feels it has more: starting, leaving, formalising.
    pressure: Pressure,
    /// By cell, share of the firms that it can reach.
    reach: Vec<f64>,
    /// Firms that it can reach when firms of a size show something.
    reached: Firms,
    /// Firms that show something, as far as that has not faded.
    showing: Firms,
}

impl Audience {
    fn new(channel: Channel, population: &Population, parameters: &Parameters) -> Audience {
        let (weight, on) = (channel.weight(parameters), channel.described().on);
        let pressure =
            Pressure { share: 1.0, start: weight * on[0], leave: -weight * on[1], formalise: weight * on[2] };
        let reach: Vec<f64> = population.cells.iter().map(|cell| channel.reach(cell)).collect();
        let mut reached = Firms::none();
        for (cell, reach) in population.cells.iter().zip(&reach) {
            for from in SizeClass::ALL.into_iter().filter(|from| channel.passes(*from, cell.size)) {
                reached.add(from, cell, reach * f64::from(cell.firms));
            }
        }
        Audience { channel, pressure, reach, reached, showing: Firms::none() }
    }

    /// Of the firms of a cell, the share that feels it, when each firm that shows something makes `noticed` others feel it.
    fn felt(&self, place: usize, cell: &Cell, noticed: f64) -> f64 {
        let [nation, industry, prefecture] = self.channel.described().scope.parts();
        let of = |part: f64, showing: f64, reached: f64| match reached > 0.0 {
            true => part * noticed * showing.max(0.0) / reached,
            false => 0.0,
        };
        let (i, p) = (cell.industry.index(), cell.prefecture.index());
        let from = |size: SizeClass| {
            let (showing, reached) = (&self.showing.0[size.index()], &self.reached.0[size.index()]);
            of(nation, showing.nation, reached.nation)
                + of(industry, showing.industry[i], reached.industry[i])
                + of(prefecture, showing.prefecture[p], reached.prefecture[p])
        };
        let sizes = SizeClass::ALL.into_iter().filter(|size| self.channel.passes(*size, cell.size));
        self.reach[place] * sizes.map(from).sum::<f64>().min(1.0)
    }

    fn press(&self, setting: &Setting, terms: &mut HazardTerms) {
        if self.showing.nothing() {
            return;
        }
        // As many firms notice one that shows something as notice a visible one anywhere else: naming every channel takes no more
        // attention than there is.
        let noticed = setting.parameters.awareness_noticed / Channel::ALL.len() as f64;
        for (place, (exposure, cell)) in terms.cells.iter_mut().zip(&setting.population.cells).enumerate() {
            let [adopt, leave, formalise] = self.pressure.factors(self.felt(place, cell, noticed), 1.0);
            exposure.adopt *= adopt;
            exposure.leave *= leave;
            exposure.formalise *= formalise;
        }
    }
}

/// How long what a firm shows is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// Firms that are served have nothing to show.
    Nothing,
    /// From the delivery on; it fades as the measure's effects do.
    FromThenOn,
    /// As long as the firm holds it.
    WhileHeld,
}

/// What the firms of one measure show to its channels in one run.
#[derive(Clone, Debug)]
pub struct Shown {
    delay_weeks: u32,
    /// Part that is left after a week.
    keep: f64,
    /// Not seen yet: week in which it will be, cell of the firm, firms.
    pending: VecDeque<(u32, usize, f64)>,
    audiences: Vec<Audience>,
}

impl Shown {
    /// Of a measure that says whom it speaks to; `None` for others.
    pub fn new(spec: &Intervention, setting: &Setting) -> Option<Shown> {
        let channels = spec.channels.as_ref()?;
        let keep = match (spec.measure.kind().shows(), spec.half_life_weeks) {
            (Shows::Nothing, _) => return None,
            (Shows::FromThenOn, Some(half_life)) => libm::exp2(-1.0 / half_life),
            (Shows::FromThenOn, None) | (Shows::WhileHeld, _) => 1.0,
        };
        let audience = |channel: &Channel| Audience::new(*channel, setting.population, setting.parameters);
        let audiences = channels.iter().map(audience).collect();
        Some(Shown { delay_weeks: spec.delay_weeks, keep, pending: VecDeque::new(), audiences })
    }

    /// Firms of the whole population that begin to show something; below 0, that no longer do.
    pub fn show(&mut self, week: Week, cell: usize, firms: f64) {
        self.pending.push_back((week.0 + self.delay_weeks, cell, firms));
    }

    /// A week passes; what classes of firms face then.
    pub fn press(&mut self, week: Week, setting: &Setting, terms: &mut HazardTerms) {
        for audience in &mut self.audiences {
            audience.showing.fade(self.keep);
        }
        while let Some((_, place, firms)) = self.pending.pop_front_if(|(begin, ..)| *begin <= week.0) {
            let cell = &setting.population.cells[place];
            for audience in self.audiences.iter_mut().filter(|audience| audience.channel.speaks(cell)) {
                audience.showing.add(cell.size, cell, firms);
            }
        }
        for audience in &self.audiences {
            audience.press(setting, terms);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        data::Data,
        population::{Scale, synthesise},
    };

    fn japan() -> Population {
        synthesise(&Data::embedded().unwrap(), 2021, Scale::Sample(8_000)).unwrap()
    }

    fn showing(channel: Channel, population: &Population, firms: f64, cell: impl Fn(&Cell) -> bool) -> Audience {
        let mut audience = Audience::new(channel, population, &Parameters::default());
        let from = population.cells.iter().find(|one| cell(one) && channel.speaks(one)).unwrap();
        audience.showing.add(from.size, from, firms);
        audience
    }

    /// What goes out arrives: as many firms of Japan feel it as notice it, while these are fewer than there are.
    #[test]
    fn as_many_firms_feel_it_as_notice_it() {
        let population = japan();
        for channel in Channel::ALL {
            let large =
                |cell: &Cell| cell.size == SizeClass::Large && cell.high_capital && cell.industry.letter() == 'E';
            let feel = |firms: f64| -> f64 {
                let audience = showing(channel, &population, firms, large);
                let cells = population.cells.iter().enumerate();
                cells.map(|(place, cell)| f64::from(cell.firms) * audience.felt(place, cell, 20.0)).sum()
            };
            assert!((feel(1.5) - 30.0).abs() < 1e-6, "{channel:?}: {}", feel(1.5));
            assert_eq!(feel(0.0), 0.0);
            // No more than there are, however many show it.
            assert!(feel(1e9) <= population.firms() as f64 + 0.5, "{channel:?}");
            assert!(feel(1e3) <= feel(1e4), "{channel:?}");
        }
    }

    /// The supply chain runs downwards, competitors are of one size and industry, investors ask firms with capital.
    #[test]
    fn channels_reach_whom_they_are_said_to_reach() {
        let population = japan();
        let felt = |channel, from: SizeClass, to: &dyn Fn(&Cell) -> bool| -> f64 {
            let audience = showing(channel, &population, 100.0, |cell| {
                cell.size == from && cell.industry.letter() == 'E' && cell.high_capital
            });
            let cells = population.cells.iter().enumerate().filter(|(_, cell)| to(cell));
            cells.map(|(place, cell)| audience.felt(place, cell, 20.0)).fold(0.0, f64::max)
        };
        use SizeClass::{Large, Medium, Micro};
        assert_eq!(felt(Channel::Customers, Large, &|cell| cell.size == Large), 0.0);
        assert!(felt(Channel::Customers, Large, &|cell| cell.size == Micro) > 0.0);
        assert_eq!(felt(Channel::Customers, Medium, &|cell| cell.size == Medium), 0.0);
        assert_eq!(felt(Channel::Competitors, Medium, &|cell| cell.size != Medium), 0.0);
        assert_eq!(felt(Channel::Competitors, Medium, &|cell| cell.industry.letter() != 'E'), 0.0);
        assert_eq!(felt(Channel::Investors, Large, &|cell| !cell.high_capital), 0.0);
        assert_eq!(felt(Channel::Subcontractors, Large, &|cell| cell.size == Large), 0.0);
    }

    /// The words of files are those of the channels.
    #[test]
    fn files_have_a_word_for_each_channel() {
        let schema = schemars::schema_for!(crate::notation::RawChannel);
        let words: Vec<&str> =
            schema.get("enum").unwrap().as_array().unwrap().iter().filter_map(|w| w.as_str()).collect();
        assert_eq!(words, Channel::ALL.map(Channel::key));
        assert!(Channel::ALL.iter().all(|channel| Channel::parse(channel.key()) == Some(*channel)));
    }

    /// Weights are their prior's mean at the point, another number in each draw, and not all of one sign.
    #[test]
    fn weights_have_priors_that_hold_zero() {
        let drawn = |channel: Channel, draw| channel.weight(&Parameters { draw: Some(draw), ..Parameters::default() });
        for channel in Channel::ALL {
            let prior = channel.described().weight;
            assert_eq!(channel.weight(&Parameters::default()), prior.mean);
            assert_eq!(drawn(channel, 7), drawn(channel, 7));
            let all: Vec<f64> = (0..200).map(|draw| drawn(channel, draw)).collect();
            assert!(
                all.iter().any(|weight| *weight < 0.0) && all.iter().any(|weight| *weight > prior.mean),
                "{channel:?}"
            );
        }
    }
}
