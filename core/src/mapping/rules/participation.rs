//! Which rules take part: direction, lifecycle and the settings that bind a rule to an occasion.

use crate::{
    expr::OperationKind,
    project::{Direction, Lifecycle, MappingDirection, PropertyRule, RuleKind, SendOn},
};

/// What rules run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Both objects are there.
    Update,
    /// The object is being created.
    Insert,
    /// Looking for rogue modifications: rules of the opposite direction (R10, R11).
    Rogue,
    /// After the objects are saved: forced rules of the opposite direction (R9).
    Forced,
    /// After the objects are saved: normalised values are read back (R21).
    WriteBack,
    /// An operation of this kind is about to be executed, and takes options beside the data (R21).
    Option(OperationKind),
}

impl Occasion {
    /// Direction in which rules write on this occasion of a run in `run`.
    #[must_use]
    pub const fn direction(self, run: Direction) -> Direction {
        match self {
            Self::Update | Self::Insert | Self::Option(_) => run,
            Self::Rogue | Self::Forced | Self::WriteBack => run.reversed(),
        }
    }
}

/// Why a rule does not take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotRun {
    /// Its lifecycle is *off* (R22).
    Off,
    /// It is *proposed*, and this is a run (R22).
    Proposed,
    /// Its mapping direction does not permit to write in this direction (R3).
    Direction,
    /// It is switched off by *do not map* (R3).
    DoNotMap,
    /// It is only for new objects (R21).
    OnlyOnCreate,
    /// It is only for existing objects (R21).
    OnlyOnUpdate,
    /// It gives an option of the operation, not data (R21).
    AsOption,
    /// It has none of the settings for this occasion (R9, R10, write back).
    NotForThis,
}

impl NotRun {
    /// The reason in words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Off => "the rule is switched off",
            Self::Proposed => "the rule is only proposed: it takes part in simulations and tests only",
            Self::Direction => "the mapping direction of the rule is the opposite one",
            Self::DoNotMap => "the mapping direction of the rule is “do not map”",
            Self::OnlyOnCreate => "the rule is only for new objects",
            Self::OnlyOnUpdate => "the rule is only for existing objects",
            Self::AsOption => "the rule gives an option of the operation, not data",
            Self::NotForThis => "the rule has no setting for this",
        }
    }
}

/// What, beside the rule and the occasion, decides whether a rule takes part.
#[derive(Debug, Clone, Copy)]
pub(in crate::mapping) struct Circumstances {
    /// Where the mapping may write.
    pub mapping_direction: MappingDirection,
    /// Direction of synchronization.
    pub run: Direction,
    /// Proposed rules take part (R22).
    pub with_proposed: bool,
}

impl Circumstances {
    /// R3: the rule's own direction, or the mapping's.
    const fn direction(self, rule: &PropertyRule) -> MappingDirection {
        match rule.direction {
            MappingDirection::FromMapping => self.mapping_direction,
            own => own,
        }
    }
}

/// R3, R4, R9, R10, R21, R22: whether the rule takes part on this occasion.
pub(in crate::mapping) fn participates(
    circumstances: Circumstances,
    rule: &PropertyRule,
    occasion: Occasion,
) -> Result<(), NotRun> {
    match rule.lifecycle {
        Lifecycle::Off => return Err(NotRun::Off),
        Lifecycle::Proposed if !circumstances.with_proposed => return Err(NotRun::Proposed),
        Lifecycle::Active | Lifecycle::Proposed => {}
    }
    match (rule.flags.operation_option, occasion) {
        (true, Occasion::Option(_)) => {}
        (true, _) => return Err(NotRun::AsOption),
        (false, Occasion::Option(_)) => return Err(NotRun::NotForThis),
        (false, _) => {}
    }
    let (direction, run) = (circumstances.direction(rule), circumstances.run);
    let permitted = if direction.permits(run) {
        Ok(())
    } else if direction == MappingDirection::DoNotMap {
        Err(NotRun::DoNotMap)
    } else {
        Err(NotRun::Direction)
    };
    let opposite = direction.one_way() == Some(run.reversed());
    let only_if = |holds: bool| if holds { Ok(()) } else { Err(NotRun::NotForThis) };
    match occasion {
        Occasion::Update | Occasion::Option(OperationKind::Update) => match rule.flags.send_on {
            SendOn::Create => Err(NotRun::OnlyOnCreate),
            SendOn::Always | SendOn::Update => permitted,
        },
        Occasion::Insert | Occasion::Option(OperationKind::Insert) => match rule.flags.send_on {
            SendOn::Update => Err(NotRun::OnlyOnUpdate),
            SendOn::Always | SendOn::Create if rule.ignore_direction_on_insert => Ok(()),
            SendOn::Always | SendOn::Create => permitted,
        },
        Occasion::Option(OperationKind::Delete) => match rule.flags.send_on {
            SendOn::Always => permitted,
            SendOn::Create => Err(NotRun::OnlyOnCreate),
            SendOn::Update => Err(NotRun::OnlyOnUpdate),
        },
        Occasion::Rogue => {
            only_if(opposite && rule.detect_rogue_modifications && !rule.force_against_direction)
        }
        Occasion::Forced => only_if(opposite && rule.force_against_direction && rule.kind == RuleKind::Value),
        // What the target makes of a value is stored centrally, never the other way.
        Occasion::WriteBack => {
            permitted.and_then(|()| only_if(rule.flags.write_back && run == Direction::ToTarget))
        }
    }
}
