//! Practice and scheme of one firm, and its chance to answer the TSR survey.

use crate::parameters::Parameters;

/// A firm's practice of telework.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Practice {
    /// Has not practised since the run began, nor at its start.
    Never = 0,
    /// Practises.
    Current = 1,
    /// Practised and stopped.
    Stopped = 2,
}

/// Practice and scheme of a firm in one byte: bits 0-1 practice, bit 2 formal scheme, bit 3 scheme already in
/// January 2020, bit 4 treated by interventions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status(pub u8);

impl Status {
    /// Bit of the formal scheme.
    pub const FORMAL: u8 = 4;
    /// Bit of a scheme that the firm entered the run with.
    pub const FORMAL_AT_START: u8 = 8;

    /// Bit of a firm to which an intervention has delivered: what it faces is looked up.
    pub const TREATED: u8 = 16;

    /// Practice.
    #[inline(always)]
    pub fn practice(self) -> Practice {
        match self.0 & 3 {
            0 => Practice::Never,
            1 => Practice::Current,
            _ => Practice::Stopped,
        }
    }
    /// Practises now.
    #[inline(always)]
    pub fn practises(self) -> bool {
        self.0 & 3 == Practice::Current as u8
    }
    /// Has a formal scheme.
    #[inline(always)]
    pub fn formal(self) -> bool {
        self.0 & Status::FORMAL != 0
    }
    /// Had a formal scheme in January 2020 and has it still.
    #[inline(always)]
    pub fn formal_since_start(self) -> bool {
        self.0 & (Status::FORMAL | Status::FORMAL_AT_START) == Status::FORMAL | Status::FORMAL_AT_START
    }
    /// Position in [`super::StatusCounts`]: practice + 3 x formal + 6 x (formal and had it at the start).
    #[inline(always)]
    pub fn slot(self) -> usize {
        usize::from(self.0 & 3) + 3 * usize::from(self.formal()) + 3 * usize::from(self.formal_since_start())
    }
}

/// All bits, or none: what selects among numbers that stand side by side, without a branch.
#[inline(always)]
pub fn only(wanted: bool) -> u32 {
    u32::from(wanted).wrapping_neg()
}

/// A status as wide as the numbers that it selects among. (Bytes would have to be widened first, which takes longer.)
#[derive(Clone, Copy, Debug)]
pub struct WideStatus(pub u32);

impl WideStatus {
    /// All bits where the firm's practice is this one.
    #[inline(always)]
    pub fn practice(self, practice: Practice) -> u32 {
        only(self.0 & 3 == practice as u32)
    }
    /// All bits where the firm has a formal scheme.
    #[inline(always)]
    pub fn formal(self) -> u32 {
        only(self.0 & u32::from(Status::FORMAL) != 0)
    }
}

/// Chance to answer the TSR survey by employees, relative, in 1/256: employees to the power of
/// `tsr_size_exponent`.
#[derive(Clone, Debug)]
pub struct Response {
    exponent: f64,
    table: Vec<u32>,
}

impl Response {
    /// Tabulated for an exponent.
    pub fn new(parameters: &Parameters) -> Response {
        let exponent = parameters.tsr_size_exponent;
        let table = (0..4096).map(|e| Response::direct(exponent, e)).collect();
        Response { exponent, table }
    }
    fn direct(exponent: f64, employees: u32) -> u32 {
        (256.0 * libm::pow(f64::from(employees.max(1)), exponent)).round().min(f64::from(u32::MAX)) as u32
    }
    /// Weight of a firm.
    #[inline]
    pub fn weight(&self, employees: u32) -> u64 {
        u64::from(match self.table.get(employees as usize) {
            Some(&weight) => weight,
            None => Response::direct(self.exponent, employees),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_status_slots_are_told_apart() {
        let mut seen = [false; 9];
        for practice in 0..3u8 {
            for bits in [0, Status::FORMAL, Status::FORMAL | Status::FORMAL_AT_START] {
                let slot = Status(practice | bits).slot();
                assert!(!std::mem::replace(&mut seen[slot], true));
            }
        }
        // A scheme given up leaves only the memory of January 2020 and counts as none.
        assert_eq!(Status(Status::FORMAL_AT_START | 1).slot(), 1);
    }
}
