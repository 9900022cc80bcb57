//! Who holds which certificate. Certifications in, holders for bonus points and conditions out.

use std::collections::VecDeque;

/// One certificate of one firm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Holder {
    /// Firm by its position in the population's arrays.
    pub firm: u32,
    /// Week in which the certificate was given or renewed.
    pub since: u32,
    /// Firms of the simulated one that hold it, as a share.
    pub share_of_firms: f32,
}

/// Something that happened to a certificate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// Place of the certification among the scenario's interventions.
    pub programme: usize,
    /// The certificate.
    pub holder: Holder,
    /// Given (`true`), or lapsed or withdrawn.
    pub given: bool,
}

/// Certificates of all programmes of a run.
#[derive(Clone, Debug, Default)]
pub struct Certificates {
    /// By certification, those in force, oldest first.
    held: Vec<VecDeque<Holder>>,
    /// What happened so far, in order: whoever gives holders something reads on from where it stopped.
    changes: Vec<Change>,
}

impl Certificates {
    /// None yet, of so many interventions.
    pub fn new(programmes: usize) -> Certificates {
        Certificates { held: vec![VecDeque::new(); programmes], changes: Vec::new() }
    }

    /// Gives a certificate.
    pub fn give(&mut self, programme: usize, holder: Holder) {
        self.held[programme].push_back(holder);
        self.changes.push(Change { programme, holder, given: true });
    }

    /// Takes away those of a programme that are not to stay.
    pub fn withdraw(&mut self, programme: usize, mut stays: impl FnMut(&Holder) -> bool) {
        let Certificates { held, changes } = self;
        held[programme].retain(|holder| {
            let stays = stays(holder);
            if !stays {
                changes.push(Change { programme, holder: *holder, given: false });
            }
            stays
        });
    }

    /// The oldest certificate of a programme, taken out when it is as old as said. It is not a change until it is lapsed or
    /// given again.
    pub fn expire(&mut self, programme: usize, given_by: u32) -> Option<Holder> {
        self.held[programme].pop_front_if(|holder| holder.since <= given_by)
    }

    /// A certificate taken out by [`Certificates::expire`] goes on from this week.
    pub fn renew(&mut self, programme: usize, holder: Holder) {
        self.held[programme].push_back(holder);
    }

    /// A certificate taken out by [`Certificates::expire`] is over.
    pub fn lapse(&mut self, programme: usize, holder: Holder) {
        self.changes.push(Change { programme, holder, given: false });
    }

    /// Certificates of a programme in force, in simulated firms' shares.
    pub fn held(&self, programme: usize) -> impl Iterator<Item = &Holder> {
        self.held[programme].iter()
    }

    /// What happened from a change on.
    pub fn changes(&self, from: usize) -> &[Change] {
        &self.changes[from..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Given = held + ended, at every time.
    #[test]
    fn certificates_are_conserved() {
        let mut all = Certificates::new(2);
        let holder = |firm, since| Holder { firm, since, share_of_firms: 1.0 };
        (0..10).for_each(|firm| all.give(1, holder(firm, firm / 5)));
        all.withdraw(1, |holder| holder.firm != 7);
        while let Some(expired) = all.expire(1, 0) {
            match expired.firm % 2 {
                0 => all.renew(1, Holder { since: 9, ..expired }),
                _ => all.lapse(1, expired),
            }
        }
        let (given, ended): (Vec<_>, Vec<_>) = all.changes(0).iter().copied().partition(|change| change.given);
        assert_eq!((given.len(), ended.len(), all.held(1).count(), all.held(0).count()), (10, 3, 7, 0));
        assert!(all.held(1).all(|holder| holder.since > 0));
    }
}
