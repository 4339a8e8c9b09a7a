//! Quotas (F3), checked on the whole change list before the first write.
//!
//! The default quotas of deleting and marking also trip when the system that is read as the truth gave no
//! objects, or far fewer than in the last successful run: an empty or shrunken read is not "everything was
//! deleted".

use crate::{
    journal::{QuotaExceeded, Writes},
    project::{Method, Quota, Quotas},
};

/// A source with less than this share of its objects of the last successful run counts as shrunken.
const SHRUNKEN_PERCENT: u64 = 50;

/// How many objects there are, for judging quotas.
#[derive(Debug, Clone, Copy)]
pub struct Population {
    /// Objects of the class in the system that is read as the truth.
    pub source: u64,
    /// Objects of the class in the system that is written.
    pub destination: u64,
    /// Objects that the source had in the last successful run, if there was one.
    pub source_before: Option<u64>,
}

/// The quotas that the planned writes exceed.
pub fn exceeded(quotas: &Quotas, planned: &Writes, population: Population) -> Vec<QuotaExceeded> {
    let none = Quota::default();
    [
        (Method::Insert, quotas.insert, none),
        (Method::Update, quotas.update, none),
        (Method::Delete, quotas.delete, Quota::DEFAULT_DELETE),
        (Method::MarkOutstanding, quotas.mark_outstanding, Quota::DEFAULT_MARK),
    ]
    .into_iter()
    .filter_map(|(method, own, default)| {
        let objects = planned.count(method);
        let guarded = own.is_none() && matches!(method, Method::Delete | Method::MarkOutstanding);
        let (allowed, reason) = match guarded.then(|| suspicious(population)).flatten() {
            Some(reason) => (0, reason),
            None => limit(own.unwrap_or(default), population.destination)?,
        };
        (objects > allowed).then_some(QuotaExceeded { method, planned: objects, allowed, reason })
    })
    .collect()
}

fn suspicious(population: Population) -> Option<String> {
    if population.source == 0 {
        return Some("the system that is read as the truth has no objects at all".to_owned());
    }
    let before = population.source_before?;
    (population.source * 100 < before * SHRUNKEN_PERCENT).then(|| {
        format!(
            "the system that is read as the truth has {} objects; in the last successful run it had {before}",
            population.source
        )
    })
}

fn limit(quota: Quota, destination: u64) -> Option<(u64, String)> {
    let by_share = quota.percent.map(|percent| {
        let share = (destination as f64 * percent / 100.0).floor().max(1.0);
        (share as u64, format!("{percent} % of {destination} objects"))
    });
    let by_count = quota.count.map(|count| (count, format!("at most {count} objects")));
    by_share.into_iter().chain(by_count).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One row a case: quotas, planned deletes, source, destination, source before → allowed, if exceeded.
    #[test]
    fn decision_table() {
        let percent = |percent| Some(Quota { percent: Some(percent), count: None });
        let count = |count| Some(Quota { percent: None, count: Some(count) });
        let off = Some(Quota::default());
        #[rustfmt::skip]
        let cases = [
            // quota         deletes source destination before      allowed
            (None,            0,      100,   100,        None,       None),
            (None,            10,     100,   100,        None,       None),
            (None,            11,     100,   100,        None,       Some(10)),
            (None,            1,      5,     5,          None,       None),
            (None,            2,      5,     5,          None,       Some(1)),
            (None,            1,      0,     5,          None,       Some(0)),
            (None,            0,      0,     5,          None,       None),
            (None,            1,      49,    100,        Some(100),  Some(0)),
            (None,            1,      50,    100,        Some(100),  None),
            (percent(50.0),   50,     100,   100,        None,       None),
            (percent(50.0),   51,     100,   100,        None,       Some(50)),
            (percent(50.0),   1,      0,     100,        Some(100),  None),
            (count(3),        3,      100,   100,        None,       None),
            (count(3),        4,      100,   100,        None,       Some(3)),
            (count(0),        1,      100,   100,        None,       Some(0)),
            (off,             100,    0,     100,        Some(100),  None),
            (Some(Quota { percent: Some(10.0), count: Some(3) }), 4, 100, 100, None, Some(3)),
        ];
        for (number, (quota, deletes, source, destination, source_before, allowed)) in
            cases.into_iter().enumerate()
        {
            let quotas = Quotas { delete: quota, ..Quotas::default() };
            let planned = Writes { delete: deletes, ..Writes::default() };
            let found = exceeded(&quotas, &planned, Population { source, destination, source_before });
            assert_eq!(found.first().map(|one| one.allowed), allowed, "case {number}");
        }
    }
}
