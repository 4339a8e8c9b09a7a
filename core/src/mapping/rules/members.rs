//! Lists of values, element by element: what the written list becomes (R12, R13, R14, R16, R18).
//!
//! Elements are the same if their written forms are. What is superfluous goes, what is missing comes, unless
//! the rule protects it; a list that would hold the same elements stays as it is, to the letter.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, ListArray, StringArray},
    buffer::OffsetBuffer,
    compute::{cast, interleave},
    datatypes::{DataType, Field},
};
use datafusion::{
    common::cast::as_list_array,
    error::Result as DataFusionResult,
    logical_expr::{ColumnarValue, Expr, Volatility, create_udf},
};
use regex::RegexSet;

use super::arm::order_counts;
use crate::{
    mapping::{Context, MappingError, elements::range},
    project::{MemberFilter, MultiValueWrite, PropertyRef, PropertyRule},
    value::{ValueType, list_type},
};

/// How a rule writes lists.
#[derive(Debug, Clone)]
pub(super) struct MemberRule {
    value_type: ValueType,
    order_counts: bool,
    ignore_case: bool,
    filter: MemberFilter,
    superfluous: Superfluous,
    /// R14: the value of the property is its first element; the others are nobody's business.
    only_first: bool,
    /// The property has a first element.
    is_ordered: bool,
}

/// What happens to elements that the source does not have.
#[derive(Debug, Clone)]
enum Superfluous {
    Removed,
    Kept,
    /// Kept if one of these matches.
    Protected(RegexSet),
}

impl MemberRule {
    pub fn new(
        context: &Context<'_>,
        rule: &PropertyRule,
        property: PropertyRef<'_>,
        place: &str,
    ) -> Result<Self, MappingError> {
        let superfluous = match &rule.transformation.multi_value {
            MultiValueWrite::Replace => Superfluous::Removed,
            MultiValueWrite::AddOnly => Superfluous::Kept,
            MultiValueWrite::Protect(patterns) => {
                let whole = patterns.iter().map(|pattern| format!("^(?:{pattern})$"));
                Superfluous::Protected(
                    RegexSet::new(whole).map_err(|error| context.bad_pattern(place, &error))?,
                )
            }
        };
        Ok(Self {
            value_type: property.value_type(),
            order_counts: order_counts(rule, property),
            ignore_case: rule.ignore_case,
            filter: rule.members.clone(),
            superfluous,
            only_first: rule.first_value_as_single_value,
            is_ordered: property.is_ordered(),
        })
    }

    /// What tells elements apart.
    fn key(&self, text: &str) -> String {
        if self.ignore_case { text.to_lowercase() } else { text.to_owned() }
    }

    /// R16: whether the rule may add or remove the element.
    fn is_mapped(&self, key: &str) -> bool {
        let among = |names: &[String]| names.iter().any(|name| self.key(name) == key);
        match &self.filter {
            MemberFilter::All => true,
            MemberFilter::IncludeOnly(names) => among(names),
            MemberFilter::Exclude(names) => !among(names),
        }
    }

    fn stays(&self, key: &str, text: &str) -> bool {
        !self.is_mapped(key)
            || match &self.superfluous {
                Superfluous::Removed => false,
                Superfluous::Kept => true,
                Superfluous::Protected(patterns) => patterns.is_match(text),
            }
    }
}

/// Where an element of the new list comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Source(usize),
    Written(usize),
}

/// What the list becomes.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// It holds what it should.
    Same,
    Changed(Vec<Element>),
}

/// Texts of the elements, without those that are empty.
fn elements(texts: &StringArray, range: std::ops::Range<usize>) -> Vec<(usize, &str)> {
    range
        .filter(|index| texts.is_valid(*index))
        .map(|index| (index, texts.value(index)))
        .filter(|(_, text)| !text.is_empty())
        .collect()
}

fn outcome(rule: &MemberRule, source: &[(usize, &str)], written: &[(usize, &str)]) -> Outcome {
    if source.len() == written.len() && source.iter().zip(written).all(|(one, other)| one.1 == other.1) {
        return Outcome::Same;
    }
    if rule.only_first {
        return first_replaced(rule, source.first(), written);
    }
    let mut seen = HashSet::new();
    let source: Vec<(usize, String)> = source
        .iter()
        .map(|(index, text)| (*index, rule.key(text)))
        .filter(|(_, key)| rule.is_mapped(key) && seen.insert(key.clone()))
        .collect();
    let wanted: HashSet<&str> = source.iter().map(|(_, key)| key.as_str()).collect();
    let mut present = HashSet::new();
    let old: Vec<(usize, String, bool)> = written
        .iter()
        .map(|(index, text)| {
            let key = rule.key(text);
            let stays = wanted.contains(key.as_str()) || rule.stays(&key, text);
            (*index, key, stays)
        })
        .filter(|(_, key, _)| present.insert(key.clone()))
        .collect();
    let gone = old.iter().any(|(.., stays)| !stays);
    let missing = source.iter().any(|(_, key)| !present.contains(key));
    if rule.order_counts {
        return in_order(&source, &old, written.len());
    }
    if !gone && !missing {
        return Outcome::Same;
    }
    let staying = old.iter().filter(|(.., stays)| *stays).map(|(index, ..)| Element::Written(*index));
    let new =
        source.iter().filter(|(_, key)| !present.contains(key)).map(|(index, _)| Element::Source(*index));
    Outcome::Changed(staying.chain(new).collect())
}

/// R14: the value of the property is its first element. It is replaced, and the others stay; without a value of its own
/// the property has no element left. Rows of a table have no first one: nobody knows which of them to take away, so the
/// value is added if it is not there.
fn first_replaced(rule: &MemberRule, value: Option<&(usize, &str)>, written: &[(usize, &str)]) -> Outcome {
    let Some((source, text)) = value else {
        let goes = |(_, text): &(usize, &str)| rule.is_ordered && !rule.stays(&rule.key(text), text);
        if !written.iter().any(goes) {
            return Outcome::Same;
        }
        let staying = written.iter().filter(|element| !goes(element));
        return Outcome::Changed(staying.map(|(index, _)| Element::Written(*index)).collect());
    };
    let key = rule.key(text);
    let is_value = |(_, text): &&(usize, &str)| rule.key(text) == key;
    let there =
        if rule.is_ordered { written.first().filter(is_value) } else { written.iter().find(is_value) };
    if there.is_some() || !rule.is_mapped(&key) {
        return Outcome::Same;
    }
    let others = written.iter().enumerate().filter(|(place, element)| {
        let (_, text) = element;
        let stays = *place > 0 || !rule.is_ordered || rule.stays(&rule.key(text), text);
        stays && !is_value(element)
    });
    let others = others.map(|(_, (index, _))| Element::Written(*index));
    Outcome::Changed(std::iter::once(Element::Source(*source)).chain(others).collect())
}

/// The source's order; what stays beside it comes behind.
fn in_order(source: &[(usize, String)], old: &[(usize, String, bool)], written: usize) -> Outcome {
    let places: HashMap<&str, usize> = old.iter().map(|(index, key, _)| (key.as_str(), *index)).collect();
    let wanted: HashSet<&str> = source.iter().map(|(_, key)| key.as_str()).collect();
    let first = source.iter().map(|(index, key)| {
        places.get(key.as_str()).map_or(Element::Source(*index), |place| Element::Written(*place))
    });
    let behind = old
        .iter()
        .filter(|(_, key, stays)| *stays && !wanted.contains(key.as_str()))
        .map(|(index, ..)| Element::Written(*index));
    let new: Vec<Element> = first.chain(behind).collect();
    let same = new.len() == written
        && old.len() == written
        && new.iter().zip(old).all(|(one, (index, ..))| *one == Element::Written(*index));
    if same { Outcome::Same } else { Outcome::Changed(new) }
}

/// Both lists of every row.
struct Lists {
    source: ListArray,
    written: ListArray,
    source_texts: StringArray,
    written_texts: StringArray,
}

impl Lists {
    fn new(arguments: &[ColumnarValue]) -> DataFusionResult<Self> {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        let [source, written] = arrays.as_slice() else {
            return datafusion::common::internal_err!("lists are merged two by two");
        };
        let (source, written) = (as_list_array(source)?.clone(), as_list_array(written)?.clone());
        let source_texts = texts(source.values())?;
        let written_texts = texts(written.values())?;
        Ok(Self { source, written, source_texts, written_texts })
    }

    fn outcome(&self, rule: &MemberRule, row: usize) -> Outcome {
        let source = elements(&self.source_texts, range(&self.source, row));
        let written = elements(&self.written_texts, range(&self.written, row));
        outcome(rule, &source, &written)
    }
}

fn texts(values: &ArrayRef) -> DataFusionResult<StringArray> {
    Ok(cast(values, &DataType::Utf8)?.as_string::<i32>().clone())
}

/// What the written list becomes.
pub(super) fn merged(source: Expr, written: Expr, rule: &MemberRule) -> Expr {
    let list = list_type(rule.value_type);
    let rule = rule.clone();
    let function = create_udf(
        "merged members",
        vec![list.clone(), list.clone()],
        list.clone(),
        Volatility::Immutable,
        Arc::new(move |arguments: &[ColumnarValue]| {
            let lists = Lists::new(arguments)?;
            Ok(ColumnarValue::Array(merge(&lists, &rule, &list)?))
        }),
    );
    function.call(vec![source, written])
}

fn merge(lists: &Lists, rule: &MemberRule, list: &DataType) -> DataFusionResult<ArrayRef> {
    let mut indices = Vec::new();
    let mut lengths = Vec::with_capacity(lists.written.len());
    for row in 0..lists.written.len() {
        let before = indices.len();
        match lists.outcome(rule, row) {
            Outcome::Same => indices.extend(range(&lists.written, row).map(|index| (1, index))),
            Outcome::Changed(elements) => indices.extend(elements.into_iter().map(|element| match element {
                Element::Source(index) => (0, index),
                Element::Written(index) => (1, index),
            })),
        }
        lengths.push(indices.len() - before);
    }
    let values = interleave(&[lists.source.values().as_ref(), lists.written.values().as_ref()], &indices)?;
    let field = match list {
        DataType::List(field) => Arc::clone(field),
        other => Arc::new(Field::new_list_field(other.clone(), true)),
    };
    // No element and NULL are the same for lists, but what is there is not to be touched.
    let nulls = lists.written.nulls().map(|nulls| {
        let lengths = lengths.iter();
        lengths.zip(nulls.iter()).map(|(length, valid)| *length > 0 || valid).collect::<Vec<bool>>().into()
    });
    Ok(Arc::new(ListArray::try_new(field, OffsetBuffer::from_lengths(lengths), values, nulls)?))
}

/// True where the written list does not hold what it should; never NULL.
pub(super) fn members_differ(source: Expr, written: Expr, rule: &MemberRule) -> Expr {
    let list = list_type(rule.value_type);
    let rule = rule.clone();
    let function = create_udf(
        "members differ",
        vec![list.clone(), list],
        DataType::Boolean,
        Volatility::Immutable,
        Arc::new(move |arguments: &[ColumnarValue]| {
            let lists = Lists::new(arguments)?;
            let differs: BooleanArray = (0..lists.written.len())
                .map(|row| Some(lists.outcome(&rule, row) != Outcome::Same))
                .collect();
            Ok(ColumnarValue::Array(Arc::new(differs)))
        }),
    );
    function.call(vec![source, written])
}

#[cfg(test)]
mod tests;
