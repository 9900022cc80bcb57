//! The firm panel as Parquet.

use crate::{
    calendar::Week,
    engine::{PanelRow, Series},
};
use parquet::{
    data_type::{BoolType, DataType, FloatType, Int32Type},
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};
use std::{
    io::{self, Write},
    sync::Arc,
};

/// File name of the panel.
pub const PANEL: &str = "panel.parquet";

/// Writes the panel rows of every replicate: replicate, week (Monday), firm, practice, formal, intensity, weight.
///
/// # Errors
/// When it cannot be written.
pub fn write_panel(out: &mut dyn Write, series: &[Series]) -> io::Result<()> {
    type RowGroup<'a> = parquet::file::writer::SerializedRowGroupWriter<'a, Vec<u8>>;
    fn column<T: DataType>(group: &mut RowGroup, values: &[T::T]) -> parquet::errors::Result<()> {
        if let Some(mut column) = group.next_column()? {
            column.typed::<T>().write_batch(values, None, None)?;
            column.close()?;
        }
        Ok(())
    }
    fn write(series: &[Series]) -> parquet::errors::Result<Vec<u8>> {
        let schema = parse_message_type(
            "message panel { required int32 replicate; required int32 week_monday (DATE); required int32 firm; \
             required int32 practice; required boolean formal; required float intensity; required float weight; }",
        )?;
        let properties = Arc::new(WriterProperties::builder().set_created_by("telework-sim".into()).build());
        let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), properties)?;
        let unix = jiff::civil::date(1970, 1, 1);
        for one in series.iter().filter(|one| !one.panel.is_empty()) {
            let integers = |f: &dyn Fn(&PanelRow) -> i32| one.panel.iter().map(f).collect::<Vec<i32>>();
            let floats = |f: &dyn Fn(&PanelRow) -> f32| one.panel.iter().map(f).collect::<Vec<f32>>();
            let mut group = writer.next_row_group()?;
            column::<Int32Type>(&mut group, &integers(&|_| one.replicate as i32))?;
            column::<Int32Type>(&mut group, &integers(&|row| (Week(row.week).monday() - unix).get_days()))?;
            column::<Int32Type>(&mut group, &integers(&|row| row.firm as i32))?;
            column::<Int32Type>(&mut group, &integers(&|row| i32::from(row.practice)))?;
            column::<BoolType>(&mut group, &one.panel.iter().map(|row| row.formal).collect::<Vec<bool>>())?;
            column::<FloatType>(&mut group, &floats(&|row| row.intensity))?;
            column::<FloatType>(&mut group, &floats(&|row| row.weight))?;
            group.close()?;
        }
        writer.into_inner()
    }
    out.write_all(&write(series).map_err(io::Error::other)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader, SerializedFileReader};

    #[test]
    fn a_panel_reads_back() {
        let row = PanelRow { week: 13, firm: 3_375_254, practice: 2, formal: true, intensity: 0.25, weight: 4.5 };
        let series = Series { replicate: 7, panel: vec![row; 3], ..Series::default() };
        let file = tempfile::NamedTempFile::new().unwrap();
        write_panel(&mut file.reopen().unwrap(), &[series]).unwrap();
        let reader = SerializedFileReader::new(file.reopen().unwrap()).unwrap();
        let rows: Vec<String> = reader.get_row_iter(None).unwrap().map(|r| r.unwrap().to_string()).collect();
        assert_eq!(rows.len(), 3);
        let expected = "{replicate: 7, week_monday: 2020-04-06, firm: 3375254, practice: 2, formal: true, \
                        intensity: 0.25, weight: 4.5}";
        assert_eq!(rows[0], expected);
    }
}
