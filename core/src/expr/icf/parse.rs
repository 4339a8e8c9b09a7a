//! Tokens → filter, by recursive descent.
//!
//! ```text
//! filter   = all { ( "|" | "or" ) all }
//! all      = one { ( "&" | "and" ) one }
//! one      = ( "!" | "not" ) one | "(" filter ")" | ( "and" | "or" ) "(" filter { "," filter } ")" | test
//! test     = operator "(" text "," values ")"
//! values   = value | "[" value { "," value } "]"
//! value    = text | number | "true" | "false" | "null"
//! ```

use super::{
    Fault, ICF_PREFIX, Literal, Node, Operator, Test, Written,
    lex::{Token, tokens},
};
use crate::expr::nearest::nearest;

/// Deepest nesting of brackets and negations.
const DEEPEST: usize = 64;
/// Most tests in one filter.
const MOST_TESTS: usize = 500;

/// The filter in `text`, with or without prefix.
pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    let blanks = text.len() - text.trim_start().len();
    let start = if text.trim_start().starts_with(ICF_PREFIX) { blanks + ICF_PREFIX.len() } else { 0 };
    let mut parser = Parser { tokens: tokens(text, start)?, next: 0, depth: 0, tests: 0 };
    if *parser.peek() == Token::End {
        return Err(Fault::new(
            parser.at(),
            "the filter is empty",
            "write a test such as equalTo('Country', 'PL')",
        ));
    }
    let filter = parser.any()?;
    match parser.peek() {
        Token::End => Ok(filter),
        other => Err(Fault::new(
            parser.at(),
            format!("{} does not continue the filter", other.shown()),
            "tests are joined by & and |",
        )),
    }
}

struct Parser {
    tokens: Vec<(Token, usize)>,
    next: usize,
    depth: usize,
    tests: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens.get(self.next).map_or(&Token::End, |(token, _)| token)
    }

    /// The token behind the next one.
    fn second(&self) -> &Token {
        self.tokens.get(self.next + 1).map_or(&Token::End, |(token, _)| token)
    }

    /// Place of the next token.
    fn at(&self) -> usize {
        self.tokens.get(self.next).or(self.tokens.last()).map_or(0, |(_, at)| *at)
    }

    fn take(&mut self) -> Token {
        let token = self.peek().clone();
        self.next += 1;
        token
    }

    fn expect(&mut self, wanted: &Token, help: &str) -> Result<(), Fault> {
        if self.peek() == wanted {
            self.next += 1;
            return Ok(());
        }
        Err(Fault::new(
            self.at(),
            format!("here is {} where {} should be", self.peek().shown(), wanted.shown()),
            help,
        ))
    }

    /// True if the next token joins two filters by `sign` or `word`.
    fn joins(&self, sign: &Token, word: &str) -> bool {
        match self.peek() {
            Token::Word(next) => next.eq_ignore_ascii_case(word),
            next => next == sign,
        }
    }

    fn any(&mut self) -> Result<Node, Fault> {
        let mut parts = vec![self.all()?];
        while self.joins(&Token::Or, "or") {
            self.next += 1;
            parts.push(self.all()?);
        }
        Ok(joined(parts, Node::Or))
    }

    fn all(&mut self) -> Result<Node, Fault> {
        let mut parts = vec![self.one()?];
        while self.joins(&Token::And, "and") {
            self.next += 1;
            parts.push(self.one()?);
        }
        Ok(joined(parts, Node::And))
    }

    fn one(&mut self) -> Result<Node, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Fault::new(
                self.at(),
                format!("the filter is nested more than {DEEPEST} times"),
                "brackets around & and | inside each other are rarely needed",
            ));
        }
        let node = match self.peek().clone() {
            Token::Not => self.negation(),
            Token::Word(word) if word.eq_ignore_ascii_case("not") => self.negation(),
            Token::Open => {
                self.next += 1;
                let inner = self.any()?;
                self.expect(&Token::Close, "close the bracket")?;
                Ok(inner)
            }
            Token::Word(word) if *self.second() == Token::Open && word.eq_ignore_ascii_case("and") => {
                self.listed().map(|parts| joined(parts, Node::And))
            }
            Token::Word(word) if *self.second() == Token::Open && word.eq_ignore_ascii_case("or") => {
                self.listed().map(|parts| joined(parts, Node::Or))
            }
            Token::Word(word) => self.test(&word).map(Node::Test),
            other => Err(Fault::new(
                self.at(),
                format!("here is {} where a test should be", other.shown()),
                "write a test such as equalTo('Country', 'PL')",
            )),
        };
        self.depth -= 1;
        node
    }

    fn negation(&mut self) -> Result<Node, Fault> {
        self.next += 1;
        self.one().map(|inner| Node::Not(Box::new(inner)))
    }

    /// `and(…, …)` and `or(…, …)`.
    fn listed(&mut self) -> Result<Vec<Node>, Fault> {
        self.next += 2;
        let mut parts = vec![self.any()?];
        while *self.peek() == Token::Comma {
            self.next += 1;
            parts.push(self.any()?);
        }
        self.expect(&Token::Close, "close the bracket, or go on with a comma")?;
        Ok(parts)
    }

    fn test(&mut self, word: &str) -> Result<Test, Fault> {
        let Some(operator) = Operator::ALL.into_iter().find(|operator| operator.name() == word) else {
            return Err(self.unknown_operator(word));
        };
        self.tests += 1;
        if self.tests > MOST_TESTS {
            return Err(Fault::new(
                self.at(),
                format!("the filter has more than {MOST_TESTS} tests"),
                "use a list of values, or a column of the database that holds the result",
            ));
        }
        self.next += 1;
        let help = format!("write it like {word}('Attribute', 'value')");
        self.expect(&Token::Open, &help)?;
        let attribute_at = self.at();
        let Token::Text(attribute) = self.peek().clone() else {
            return Err(Fault::new(
                attribute_at,
                format!("here is {} where the name of an attribute should be", self.peek().shown()),
                "names of attributes stand in quotes",
            ));
        };
        self.next += 1;
        self.expect(&Token::Comma, &help)?;
        let values_at = self.at();
        let (values, is_list) = self.values()?;
        self.expect(&Token::Close, &help)?;
        Ok(Test { operator, attribute, attribute_at, values, is_list, values_at })
    }

    fn unknown_operator(&self, word: &str) -> Fault {
        let names = Operator::ALL.map(Operator::name);
        let help = match nearest(word, names) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("the tests are: {}", names.join(", ")),
        };
        Fault::new(self.at(), format!("there is no test {word}"), help)
    }

    fn values(&mut self) -> Result<(Vec<Literal>, bool), Fault> {
        if *self.peek() != Token::OpenList {
            return Ok((vec![self.value()?], false));
        }
        self.next += 1;
        let mut values = vec![self.value()?];
        while *self.peek() == Token::Comma {
            self.next += 1;
            values.push(self.value()?);
        }
        self.expect(&Token::CloseList, "close the list, or go on with a comma")?;
        Ok((values, true))
    }

    fn value(&mut self) -> Result<Literal, Fault> {
        let at = self.at();
        let value = match self.take() {
            Token::Text(text) => Written::Text(text),
            Token::Number(number) => Written::Number(number),
            Token::Word(word) if word == "true" => Written::Boolean(true),
            Token::Word(word) if word == "false" => Written::Boolean(false),
            Token::Word(word) if word == "null" => Written::Null,
            other => {
                return Err(Fault::new(
                    at,
                    format!("here is {} where a value should be", other.shown()),
                    "values are texts in quotes, numbers, true, false and null",
                ));
            }
        };
        Ok(Literal { value, at })
    }
}

/// One part is itself.
fn joined(mut parts: Vec<Node>, join: fn(Vec<Node>) -> Node) -> Node {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            join(parts)
        }
        None => join(parts),
    }
}
