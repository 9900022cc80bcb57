//! Sets of players.

/// A set of players of a cooperative game, one bit a player.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Coalition(pub u64);

impl Coalition {
    /// Nobody.
    pub const NONE: Coalition = Coalition(0);

    /// The first `players` players: everyone of a game with so many, at most 63.
    pub fn all(players: usize) -> Coalition {
        Coalition((1 << players.min(63)) - 1)
    }
    /// With one more.
    pub fn with(self, player: usize) -> Coalition {
        Coalition(self.0 | 1 << player)
    }
    /// Without one.
    pub fn without(self, player: usize) -> Coalition {
        Coalition(self.0 & !(1 << player))
    }
    /// Whether the player belongs to it.
    pub fn has(self, player: usize) -> bool {
        self.0 >> player & 1 == 1
    }
    /// Number of members.
    pub fn size(self) -> usize {
        self.0.count_ones() as usize
    }
}
