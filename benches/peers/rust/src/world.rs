//! What peers read: firms, labour markets, declarations and concern by prefecture and week, parameters. The library in, files out.

use crate::engine::{Engine, scenario_weeks};
use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
};
use telework::{
    calendar::Week,
    classification::PREFECTURES,
    dynamics,
    environment::Environment,
    interventions::{Declarations, Setting},
    parameters::{Parameters, TABLE},
    random::Key,
};

/// One simulated firm.
pub struct Firm {
    /// Industry, 0 to 15.
    pub industry: usize,
    /// Prefecture of the head office, 0 to 46.
    pub prefecture: usize,
    /// Micro 0, medium 1, large 2.
    pub size: usize,
    /// Firms of the whole population that it stands for.
    pub weight: f64,
    /// Regular employees.
    pub employees: u32,
    /// Teleworkable share of its jobs in 1/255.
    pub teleworkable: u8,
    /// Own inclination, a log-hazard index.
    pub inclination: f32,
}

/// A number for each prefecture, week by week.
pub type ByWeek = Vec<[f32; PREFECTURES]>;

/// Everything that a run of the core model starts from.
pub struct World {
    /// Firms in the order of their cells.
    pub firms: Vec<Firm>,
    /// Labour market of each prefecture, in doublings over the mean.
    pub market: [f32; PREFECTURES],
    /// Pressure of declarations after fatigue.
    pub declaration: ByWeek,
    /// Concern in each replicate: later infections are another path in each.
    pub concern: Vec<ByWeek>,
    /// The scenario's point.
    pub parameters: Parameters,
}

impl World {
    /// `no_policy` with about so many firms and the environments of the first replicates.
    pub fn new(firms: u32, replicates: u32) -> Result<World, String> {
        let Engine { data, scenario, population } = Engine::new(firms)?;
        let parameters = scenario.parameters.clone();
        let weeks = scenario_weeks(&scenario);
        let key = |replicate| Key::new(scenario.run.seed, replicate);
        let environments: Vec<Environment> = (0..replicates)
            .map(|r| Environment::new(&data, &parameters, scenario.later_infections, key(r), weeks as u32))
            .collect();
        // Only declarations known on 30 April 2021: the same in each replicate.
        let setting = Setting {
            population: &population,
            parameters: &parameters,
            data: &data,
            environment: environments.first().ok_or("at least one replicate is needed")?,
            key: key(0),
            weeks: (Week(0), Week(weeks as u32 - 1)),
        };
        let declaration = Declarations::new(&scenario.interventions, &setting).pressure;
        let own = dynamics::baseline_log_hazards(&population, &parameters);
        let firms = population.cells.iter().flat_map(|cell| {
            cell.range.clone().map(|firm| Firm {
                industry: cell.industry.index(),
                prefecture: cell.prefecture.index(),
                size: cell.size.index(),
                weight: cell.weight,
                employees: population.employees[firm],
                teleworkable: population.teleworkable[firm],
                inclination: own[firm],
            })
        });
        let firms = firms.collect();
        let concern = environments.into_iter().map(|e| e.concern).collect();
        let market = std::array::from_fn(|place| population.market[place]);
        Ok(World { firms, market, declaration, concern, parameters })
    }

    /// Writes `firms.csv`, `market.csv`, `parameters.json`, `declaration.csv` and `concern/REPLICATE.csv`. Numbers are written so that
    /// they are read back exactly.
    pub fn export(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder.join("concern"))?;
        let mut file = BufWriter::new(File::create(folder.join("firms.csv"))?);
        writeln!(file, "industry,prefecture,size,weight,employees,teleworkable,inclination")?;
        for Firm { industry, prefecture, size, weight, employees, teleworkable, inclination } in &self.firms {
            writeln!(file, "{industry},{prefecture},{size},{weight},{employees},{teleworkable},{inclination}")?;
        }
        file.flush()?;
        let values: serde_json::Map<_, _> =
            TABLE.iter().map(|row| (row.name.to_string(), self.parameters.get(row.name).into())).collect();
        fs::write(folder.join("parameters.json"), format!("{:#}\n", serde_json::Value::Object(values)))?;
        write_weeks(&folder.join("market.csv"), &[self.market])?;
        write_weeks(&folder.join("declaration.csv"), &self.declaration)?;
        for (replicate, concern) in self.concern.iter().enumerate() {
            write_weeks(&folder.join(format!("concern/{replicate}.csv")), concern)?;
        }
        Ok(())
    }
}

/// A line a week, a column a prefecture.
fn write_weeks(path: &Path, weeks: &[[f32; PREFECTURES]]) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for week in weeks {
        writeln!(file, "{}", week.map(|value| value.to_string()).join(","))?;
    }
    file.flush()
}
