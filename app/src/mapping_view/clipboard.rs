//! Rules as text on the clipboard: RON, as in the project file, so that mappings, projects and people can share them.

use ron::{extensions::Extensions, ser::PrettyConfig};
use serde::{Deserialize, Serialize};
use syncwright_core::project::{MatchingRule, PropertyRule};

/// Rules that were copied.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CopiedRules {
    /// Object matching rules.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub matching: Vec<MatchingRule>,
    /// Property mapping rules.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<PropertyRule>,
}

impl CopiedRules {
    /// The rules as text.
    ///
    /// # Errors
    ///
    /// Those of the serialiser; not expected for any rule.
    pub fn to_text(&self) -> Result<String, ron::Error> {
        let pretty = PrettyConfig::new().extensions(Extensions::IMPLICIT_SOME).indentor("  ").new_line("\n");
        let text = options().to_string_pretty(self, pretty)?;
        let rest = text.strip_prefix("#![enable(implicit_some)]\n");
        Ok(format!("{}\n", rest.unwrap_or(&text)))
    }

    /// Reads rules from text.
    ///
    /// # Errors
    ///
    /// In words, where the text is not that of rules.
    pub fn from_text(text: &str) -> Result<Self, String> {
        let rules: Self =
            options().from_str(text).map_err(|error| format!("the clipboard holds no rules: {error}"))?;
        if rules.matching.is_empty() && rules.rules.is_empty() {
            return Err("the clipboard holds no rules".to_owned());
        }
        Ok(rules)
    }
}

fn options() -> ron::Options {
    ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME)
}

#[cfg(test)]
mod tests {
    use syncwright_core::project::{Condition, MatchExpression};

    use super::*;

    #[test]
    fn rules_come_back_from_their_text() {
        let mut rule = PropertyRule::new("Last name", "last_name", "family_name");
        rule.condition = Some(Condition::Expression("Left.x = 'a\"b'".to_owned()));
        let matching = MatchingRule {
            name: "Number".to_owned(),
            on: MatchExpression::Pair("number".to_owned(), "id".to_owned()),
            ignore_case: true,
            graded: None,
        };
        let copied = CopiedRules { matching: vec![matching], rules: vec![rule] };
        let text = copied.to_text().unwrap();
        assert!(text.contains("condition: Expression("), "as in the project file: {text}");
        assert_eq!(CopiedRules::from_text(&text).unwrap(), copied);
    }

    #[test]
    fn other_text_is_refused_in_words() {
        for text in ["", "()", "hello", "(rules: [(name: \"x\")])", "(matching: [], rules: [], more: 1)"] {
            assert!(CopiedRules::from_text(text).unwrap_err().contains("holds no rules"), "{text}");
        }
    }
}
