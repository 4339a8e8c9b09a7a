//! What a column keeps of a value, as expressions: values are brought into that form before they are compared
//! and written, so that a second run finds nothing to do.
//!
//! [`kept`] gives what the column will hold. Where only the database knows its spelling of a value,
//! [`comparable`] gives one spelling to all that mean the same. Neither cuts anything that a database would
//! refuse: a text that is too long, or a number out of range, stays as it is and becomes an error on its object.

use std::{borrow::Cow, sync::Arc};

use arrow::{
    array::{Array as _, ArrayRef, AsArray as _, BinaryArray, Float64Array, PrimitiveArray, StringArray},
    datatypes::{ArrowPrimitiveType, DataType, Float64Type, Time64MicrosecondType, TimestampMicrosecondType},
};
use datafusion::{
    common::ScalarValue,
    error::Result as DataFusionResult,
    logical_expr::{
        ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
    },
};

use super::spelling;
use crate::{
    project::{Kept, PropertyRef},
    value::ValueType,
};

/// What `property` keeps of `expression`, a value of its type. Never NULL where the value is not.
#[must_use]
pub fn kept(expression: Expr, property: PropertyRef<'_>) -> Expr {
    let PropertyRef::Column(column) = property else { return expression };
    let form = match (column.value_type, &column.keeps) {
        (ValueType::Time | ValueType::Timestamp | ValueType::TimestampUtc, Kept::FractionDigits(digits)) => {
            match 10_i64.checked_pow(6_u32.saturating_sub((*digits).into())) {
                Some(unit @ 2..) => Form::Fraction { unit },
                _ => return expression,
            }
        }
        (ValueType::Float, keeps) => Form::Float { single: *keeps == Kept::SinglePrecision },
        (ValueType::Binary, Kept::FixedLength(length)) => Form::Length(*length as usize),
        (ValueType::String, Kept::WithoutTrailingBlanks) => Form::Blanks { from: 0 },
        (ValueType::String, Kept::OneOf(members)) => Form::OneOf(members.clone()),
        (ValueType::String, Kept::SomeOf(members)) => Form::SomeOf(members.clone()),
        // Blanks that do not fit are cut off without a word, as the standard wants it.
        (ValueType::String, Kept::Exactly) => match column.max_length {
            Some(from) => Form::Blanks { from: from as usize },
            None => return expression,
        },
        _ => return expression,
    };
    form.of(expression, column.value_type)
}

/// `expression`, a value of `property` or one that is to be written to it, in a form in which all spellings
/// of one meaning are equal.
#[must_use]
pub fn comparable(expression: Expr, property: PropertyRef<'_>) -> Expr {
    let PropertyRef::Column(column) = property else { return expression };
    let form = match (column.value_type, &column.keeps) {
        (ValueType::String, Kept::Json) => Form::Json,
        (ValueType::String, Kept::NetworkAddress) => Form::NetworkAddress,
        (ValueType::String, Kept::HardwareAddress) => Form::HardwareAddress,
        _ => return expression,
    };
    form.of(expression, column.value_type)
}

/// A form that values are brought into.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Form {
    /// Whole numbers of this many microseconds.
    Fraction { unit: i64 },
    /// Without the sign of zero, which not every database has; rounded to 32 bits if `single`.
    Float { single: bool },
    /// Filled up with zeros to this many bytes.
    Length(usize),
    /// Without the blanks at the end, from this many characters on.
    Blanks { from: usize },
    /// One of these texts.
    OneOf(Vec<String>),
    /// Some of these texts.
    SomeOf(Vec<String>),
    /// One spelling of the same JSON.
    Json,
    /// One spelling of the same address.
    NetworkAddress,
    /// One spelling of the same address.
    HardwareAddress,
}

impl Form {
    fn of(self, expression: Expr, value_type: ValueType) -> Expr {
        ScalarUDF::from(FormOf::new(self, value_type)).call(vec![expression])
    }

    fn apply(&self, array: &ArrayRef) -> ArrayRef {
        match self {
            Self::Fraction { unit } => match array.data_type() {
                DataType::Time64(_) => whole_units::<Time64MicrosecondType>(array, *unit),
                _ => whole_units::<TimestampMicrosecondType>(array, *unit),
            },
            Self::Float { single } => {
                let round = if *single { to_single } else { |value: f64| value };
                let numbers: Float64Array =
                    array.as_primitive::<Float64Type>().unary(|value| round(value) + 0.0);
                Arc::new(numbers)
            }
            Self::Length(length) => {
                let filled: BinaryArray =
                    array.as_binary::<i32>().iter().map(|bytes| Some(filled(bytes?, *length))).collect();
                Arc::new(filled)
            }
            Self::Blanks { from } => texts(array, |text| spelling::without_blanks(text, *from).into()),
            Self::OneOf(members) => texts(array, |text| spelling::one_of(text, members)),
            Self::SomeOf(members) => texts(array, |text| spelling::some_of(text, members)),
            Self::Json => texts(array, spelling::json),
            Self::NetworkAddress => texts(array, spelling::network_address),
            Self::HardwareAddress => texts(array, spelling::hardware_address),
        }
    }
}

/// Digits of the second are cut off, also before 1970.
fn whole_units<T: ArrowPrimitiveType<Native = i64>>(array: &ArrayRef, unit: i64) -> ArrayRef {
    let whole: PrimitiveArray<T> =
        array.as_primitive::<T>().unary(|value| value.saturating_sub(value.rem_euclid(unit)));
    Arc::new(whole.with_data_type(array.data_type().clone()))
}

/// The nearest number of 32 bits; one out of range stays, for the database to refuse.
#[expect(clippy::cast_possible_truncation, reason = "losing digits is what this is for")]
fn to_single(value: f64) -> f64 {
    let single = f64::from(value as f32);
    if single.is_infinite() { value } else { single }
}

fn filled(bytes: &[u8], length: usize) -> Cow<'_, [u8]> {
    if bytes.len() >= length {
        return Cow::Borrowed(bytes);
    }
    let mut filled = bytes.to_vec();
    filled.resize(length, 0);
    Cow::Owned(filled)
}

/// Every text through `form`; the same array if that changes nothing.
fn texts<'a>(array: &'a ArrayRef, form: impl Fn(&'a str) -> Cow<'a, str>) -> ArrayRef {
    let texts = array.as_string::<i32>();
    let is_changed = |text: Option<&'a str>| text.is_some_and(|text| form(text) != text);
    if !texts.iter().any(is_changed) {
        return Arc::clone(array);
    }
    let formed: StringArray = texts.iter().map(|text| text.map(&form)).collect();
    Arc::new(formed)
}

/// A form as a function of the query engine.
#[derive(Debug, PartialEq, Eq, Hash)]
struct FormOf {
    form: Form,
    /// Tells forms apart where the engine names columns after expressions.
    name: String,
    data_type: DataType,
    signature: Signature,
}

impl FormOf {
    fn new(form: Form, value_type: ValueType) -> Self {
        let data_type = value_type.arrow();
        Self {
            name: format!("kept[{form:?}]"),
            form,
            signature: Signature::exact(vec![data_type.clone()], Volatility::Immutable),
            data_type,
        }
    }
}

impl ScalarUDFImpl for FormOf {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> DataFusionResult<DataType> {
        Ok(self.data_type.clone())
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> DataFusionResult<ColumnarValue> {
        match arguments.args.first() {
            Some(ColumnarValue::Array(array)) => Ok(ColumnarValue::Array(self.form.apply(array))),
            Some(ColumnarValue::Scalar(value)) => {
                let formed = self.form.apply(&value.to_array()?);
                Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&formed, 0)?))
            }
            None => Ok(ColumnarValue::Scalar(ScalarValue::try_from(&self.data_type)?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Value, array_of, value_at};

    fn through(form: &Form, value_type: ValueType, value: Value) -> Value {
        value_at(&form.apply(&array_of(value_type, [&value, &Value::Null].into_iter())), 0)
    }

    #[test]
    fn fractions_are_cut_off_on_both_sides_of_1970() {
        let form = Form::Fraction { unit: 1000 };
        for (value, expected) in [(1_999, 1_000), (-1, -1_000), (-1_000, -1_000), (0, 0)] {
            let found = through(&form, ValueType::TimestampUtc, Value::TimestampUtc(value));
            assert_eq!(found, Value::TimestampUtc(expected), "{value}");
        }
        let form = Form::Fraction { unit: 1_000_000 };
        let last = through(&form, ValueType::Time, Value::Time(86_399_999_999));
        assert_eq!(last, Value::Time(86_399_000_000), "not the next day");
    }

    #[test]
    fn single_precision_refuses_nothing_and_hides_nothing() {
        let form = Form::Float { single: true };
        let of = |value| match through(&form, ValueType::Float, Value::Float(value)) {
            Value::Float(found) => found,
            other => panic!("{other:?}"),
        };
        assert_eq!(of(0.1), f64::from(0.1_f32));
        assert_eq!(of(1e39), 1e39, "out of range: the database says so");
        assert!(of(f64::INFINITY).is_infinite() && of(f64::NAN).is_nan());
        assert!(of(-0.0).is_sign_positive());
    }

    #[test]
    fn binaries_are_filled_up_but_never_cut() {
        let form = Form::Length(3);
        for (value, expected) in [(vec![1], vec![1, 0, 0]), (vec![1, 2, 3, 4], vec![1, 2, 3, 4])] {
            let found = through(&form, ValueType::Binary, Value::Binary(value));
            assert_eq!(found, Value::Binary(expected));
        }
    }

    #[test]
    fn null_stays_null() {
        let forms = [
            (Form::Fraction { unit: 10 }, ValueType::Timestamp),
            (Form::Float { single: true }, ValueType::Float),
            (Form::Length(3), ValueType::Binary),
            (Form::Blanks { from: 0 }, ValueType::String),
            (Form::OneOf(vec!["a".to_owned()]), ValueType::String),
            (Form::Json, ValueType::String),
        ];
        for (form, value_type) in forms {
            assert_eq!(through(&form, value_type, Value::Null), Value::Null, "{form:?}");
        }
    }
}
