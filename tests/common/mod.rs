//! Small worlds for tests: homogeneous firms, no infections, nothing but what a test adds.

pub mod browser;
pub mod folders;
pub mod generated;
#[cfg(unix)]
pub mod studio;
pub mod webdriver;

use jiff::civil::date;
use telework::{
    classification::{Industry, PREFECTURES, Prefecture, SizeClass},
    data::Data,
    engine::{Options, Series, simulate},
    observation::IndicatorId,
    parameters::Parameters,
    population::{Band, Cell, Population, synthesise},
    scenario::{LaterInfections, RunPlan, Scale, Scenario, load},
};

/// The project's tables.
pub fn tables() -> Data {
    Data::embedded().expect("the embedded tables are sound")
}

/// The same without any infection.
pub fn healthy_tables() -> Data {
    let mut data = tables();
    data.infections.iter_mut().for_each(|week| *week = [0.0; PREFECTURES]);
    data
}

/// A shipped scenario.
pub fn shipped(name: &str) -> Scenario {
    load(name, &[]).expect("shipped scenarios are sound").scenario
}

/// A sample of Japan's firms.
pub fn japan(data: &Data, firms: u32) -> Population {
    synthesise(data, 2021, Scale::Sample(firms)).expect("the sample is large enough")
}

/// `firms` equal firms of one cell: 20 employees, three tenths of the jobs teleworkable, no barriers.
pub fn equal_firms(firms: u32) -> Population {
    let cell = Cell {
        industry: Industry::parse("G").expect("a division"),
        prefecture: Prefecture::parse("Tokyo").expect("a prefecture"),
        size: SizeClass::Medium,
        high_capital: false,
        bidder: true,
        band: Band::All,
        first_id: 0,
        firms,
        range: 0..firms as usize,
        weight: 1.0,
    };
    let n = firms as usize;
    let mut own = [0.0; PREFECTURES];
    own[cell.prefecture.index()] = 1.0;
    Population {
        id: (0..firms).collect(),
        employees: vec![20; n],
        teleworkable: vec![77; n],
        propensity: vec![0.0; n],
        barriers: vec![0; n],
        workplaces: vec![own; 16 * 3 * PREFECTURES],
        market: vec![0.0; PREFECTURES],
        cells: vec![cell],
        frame: Default::default(),
    }
}

/// Nobody practises, nobody stops, nothing presses: parameters for closed forms. `weekly_hazard` is that of an equal firm.
pub fn pure_adoption(weekly_hazard: f64, peer_strength: f64) -> Parameters {
    Parameters {
        inclination_tokyo: 0.0,
        inclination_information: 0.0,
        // Share 77/255 against the reference of 0.3.
        inclination_teleworkable: 0.0,
        initial_practice: -1e3,
        start_base: libm::log(weekly_hazard),
        start_concern: 0.0,
        alarm: 0.0,
        stop_base: -1e3,
        peer_strength,
        ..Parameters::default()
    }
}

/// A scenario without interventions.
pub fn bare(parameters: Parameters) -> Scenario {
    Scenario {
        name: "test".into(),
        title: "Test".into(),
        question: "Test?".into(),
        sources: Vec::new(),
        run: RunPlan {
            start: date(2020, 1, 6),
            end: date(2026, 3, 31),
            seed: 20_210_430,
            population_seed: 2021,
            replicates: 1,
            scale: Scale::Whole,
        },
        parameters,
        fixed: Vec::new(),
        later_infections: LaterInfections::None,
        interventions: Vec::new(),
    }
}

/// One replicate to its end.
pub fn run(scenario: &Scenario, data: &Data, population: &Population) -> Series {
    simulate(scenario, data, population, 0, Options::default(), &|_| true).expect("nobody stops it")
}

/// Values of one indicator.
pub fn values(series: &Series, indicator: IndicatorId, segment: &str) -> Vec<f64> {
    series
        .indicators
        .iter()
        .find(|s| s.indicator == indicator && s.segment == segment)
        .unwrap_or_else(|| panic!("no {indicator} of {segment}"))
        .values
        .iter()
        .map(|(_, value)| f64::from(*value))
        .collect()
}
