//! What a Python expression stands for: strings, f-strings, `Path / "x"`, `os.path.join`, and names followed back.

use crate::code::{Code, MAX_DEPTH, field, named};
use crate::value::{Value, fill_braces, fill_percent, join, parent, plain_name, unescape};
use std::collections::BTreeMap;
use tree_sitter::Node;

/// The assignments of a module, by the function they stand in (0 for the module itself) and by name.
pub(crate) struct Names<'t> {
    assigned: BTreeMap<(usize, &'t str), Vec<(usize, Node<'t>)>>,
    calls: BTreeMap<&'t str, Vec<Node<'t>>>,
    functions: BTreeMap<&'t str, Node<'t>>,
}

impl<'t> Names<'t> {
    pub(crate) fn new(code: &Code<'t>) -> Self {
        let mut names = Self { assigned: BTreeMap::new(), calls: BTreeMap::new(), functions: BTreeMap::new() };
        for &node in code.nodes() {
            match node.kind() {
                "assignment" => {
                    let (Some(left), Some(right)) = (field(node, "left"), field(node, "right")) else { continue };
                    if ["identifier", "attribute"].contains(&left.kind()) {
                        // `self.out` belongs to the object, so every method may look it up.
                        let scope = if left.kind() == "attribute" { 0 } else { scope_of(code, node) };
                        names.assigned.entry((scope, code.text(left))).or_default().push((node.start_byte(), right));
                    }
                }
                "function_definition" => {
                    if let Some(name) = field(node, "name") {
                        names.functions.entry(code.text(name)).or_insert(node);
                    }
                }
                "call" => {
                    if let Some(function) = field(node, "function").filter(|it| it.kind() == "identifier") {
                        names.calls.entry(code.text(function)).or_default().push(node);
                    }
                }
                _ => {}
            }
        }
        names
    }

    /// Returns the value that a name has at a place: the last assignment before it, in its function or the module.
    pub(crate) fn lookup(&self, code: &Code<'t>, name: &str, at: Node<'t>) -> Option<Node<'t>> {
        let scope = scope_of(code, at);
        for scope in [scope, 0] {
            if let Some(found) = self.assigned.get(&(scope, name)) {
                let before = found
                    .iter()
                    .rev()
                    .find(|(start, right)| *start < at.start_byte() && !(right.start_byte() <= at.start_byte() && at.end_byte() <= right.end_byte()));
                // A function may use what the module assigns further down.
                let any = before.or_else(|| found.first().filter(|_| scope == 0 && scope_of(code, at) != 0));
                return any.map(|(_, right)| *right);
            }
        }
        None
    }

    pub(crate) fn function(&self, name: &str) -> Option<Node<'t>> {
        self.functions.get(name).copied()
    }

    pub(crate) fn calls_of(&self, name: &str) -> &[Node<'t>] {
        self.calls.get(name).map_or(&[], Vec::as_slice)
    }
}

pub(crate) fn function_of<'t>(code: &Code<'t>, node: Node<'t>) -> Option<Node<'t>> {
    code.around(node).find(|it| it.kind() == "function_definition")
}

fn scope_of<'t>(code: &Code<'t>, node: Node<'t>) -> usize {
    function_of(code, node).map_or(0, |it| it.id())
}

/// Returns the names of the parameters of a function.
pub(crate) fn parameters<'t>(code: &Code<'t>, function: Node<'t>) -> Vec<&'t str> {
    let Some(list) = field(function, "parameters") else { return Vec::new() };
    named(list)
        .into_iter()
        .filter_map(|it| match it.kind() {
            "identifier" => Some(code.text(it)),
            "default_parameter" | "typed_default_parameter" => field(it, "name").map(|name| code.text(name)),
            "typed_parameter" => named(it).first().map(|name| code.text(*name)),
            _ => None,
        })
        .collect()
}

/// Returns the arguments of a call: those by place, and those by name.
pub(crate) fn arguments<'t>(code: &Code<'t>, call: Node<'t>) -> (Vec<Node<'t>>, Vec<(&'t str, Node<'t>)>) {
    let (mut by_place, mut by_name) = (Vec::new(), Vec::new());
    for it in field(call, "arguments").map(named).unwrap_or_default() {
        match (it.kind(), field(it, "name"), field(it, "value")) {
            ("keyword_argument", Some(name), Some(value)) => by_name.push((code.text(name), value)),
            _ => by_place.push(it),
        }
    }
    (by_place, by_name)
}

/// Evaluates an expression in a module.
pub(crate) struct Eval<'a, 't> {
    pub(crate) code: &'a Code<'t>,
    pub(crate) names: &'a Names<'t>,
    /// False for messages, where `{STOP_PCT}` says more than its value does.
    pub(crate) follow: bool,
}

impl<'t> Eval<'_, 't> {
    /// Returns the patterns that a path can have: one, or one for each call of the function it is a parameter of.
    pub(crate) fn paths(&self, node: Node<'t>) -> Vec<String> {
        let direct = self.value(node, &[], 0).pattern();
        let Some(function) = function_of(self.code, node) else { return vec![direct] };
        let names = parameters(self.code, function);
        let Some(name) = names.iter().find(|name| direct.contains(&format!("{{{name}}}"))) else { return vec![direct] };
        let own = field(function, "name").map(|it| self.code.text(it)).unwrap_or_default();
        let method = usize::from(names.first() == Some(&"self"));
        let Some(place) = names.iter().position(|it| it == name).and_then(|it| it.checked_sub(method)) else {
            return vec![direct];
        };
        let found: Vec<String> = self
            .names
            .calls_of(own)
            .iter()
            .take(12)
            .filter_map(|call| {
                let (by_place, by_name) = arguments(self.code, *call);
                let given = by_name.iter().find(|(it, _)| it == name).map(|it| it.1).or(by_place.get(place).copied())?;
                Some(direct.replace(&format!("{{{name}}}"), &self.value(given, &[], 0).pattern()))
            })
            .collect();
        if found.is_empty() { vec![direct] } else { found }
    }

    pub(crate) fn text(&self, node: Node<'t>) -> String {
        self.value(node, &[], 0).pattern()
    }

    fn value(&self, node: Node<'t>, seen: &[&str], depth: u8) -> Value {
        let code = self.code;
        if !code.may_step(depth) {
            return Value::Open("value".to_owned());
        }
        let inner = |it: Node<'t>| self.value(it, seen, depth + 1);
        match node.kind() {
            "string" => Value::Text(self.string(node, seen, depth)),
            "concatenated_string" => Value::Text(named(node).into_iter().map(|it| inner(it).pattern()).collect()),
            "integer" | "float" => Value::Text(code.text(node).to_owned()),
            "parenthesized_expression" => named(node).first().map_or(Value::Open("value".into()), |it| inner(*it)),
            "identifier" => self.name(node, code.text(node), seen, depth),
            "binary_operator" => self.binary(node, seen, depth),
            "boolean_operator" => field(node, "right").map_or(Value::Open("value".into()), inner),
            "attribute" => self.attribute(node, seen, depth),
            "subscript" => Value::Open(self.short(node)),
            "call" => self.call(node, seen, depth),
            _ => Value::Open(self.short(node)),
        }
    }

    fn name(&self, node: Node<'t>, name: &'t str, seen: &[&str], depth: u8) -> Value {
        if name == "__file__" {
            return Value::Text(self.code.path.to_owned());
        }
        if !self.follow || seen.contains(&name) {
            return Value::Open(name.to_owned());
        }
        match self.names.lookup(self.code, name, node) {
            // Numbers and flags are no pieces of a path worth following: `{month}` says more than `10`.
            Some(right) if !["integer", "float", "none", "true", "false"].contains(&right.kind()) => {
                let seen: Vec<&str> = seen.iter().copied().chain([name]).collect();
                self.value(right, &seen, depth + 1).named(name)
            }
            _ => Value::Open(name.to_owned()),
        }
    }

    fn string(&self, node: Node<'t>, seen: &[&str], depth: u8) -> String {
        let mut text = String::new();
        let raw = self.code.text(node).chars().take_while(|c| c.is_alphabetic()).any(|c| c == 'r' || c == 'R');
        for piece in named(node) {
            match piece.kind() {
                "string_content" if raw => text.push_str(self.code.text(piece)),
                "string_content" => text.push_str(&unescape(self.code.text(piece))),
                "interpolation" => {
                    if let Some(inner) = field(piece, "expression").or_else(|| named(piece).first().copied()) {
                        text.push_str(&self.value(inner, seen, depth + 1).pattern());
                    }
                }
                _ => {}
            }
        }
        text
    }

    fn binary(&self, node: Node<'t>, seen: &[&str], depth: u8) -> Value {
        let (Some(left), Some(right), Some(sign)) = (field(node, "left"), field(node, "right"), field(node, "operator")) else {
            return Value::Open("value".to_owned());
        };
        let of = |it| self.value(it, seen, depth + 1);
        match self.code.text(sign) {
            "/" => match (of(left), of(right)) {
                (Value::Open(_), Value::Open(_)) if !self.follow => Value::Open(self.short(node)),
                (left, right) => Value::Text(join(&left.pattern(), &right.pattern())),
            },
            "+" => match (of(left), of(right)) {
                (Value::Open(_), Value::Open(_)) => Value::Open(self.short(left)),
                (left, right) => Value::Text(left.pattern() + &right.pattern()),
            },
            "%" => match of(left) {
                Value::Text(format) => {
                    let given = if right.kind() == "tuple" { named(right) } else { vec![right] };
                    let names: Vec<String> = given.into_iter().map(|it| of(it).pattern()).collect();
                    Value::Text(fill_percent(&format, &names))
                }
                open => open,
            },
            _ => Value::Open(self.short(node)),
        }
    }

    fn attribute(&self, node: Node<'t>, seen: &[&str], depth: u8) -> Value {
        let (Some(object), Some(name)) = (field(node, "object"), field(node, "attribute")) else {
            return Value::Open("value".to_owned());
        };
        let whole = self.code.text(node);
        if self.follow
            && !seen.contains(&whole)
            && let Some(right) = self.names.lookup(self.code, whole, node)
        {
            let seen: Vec<&str> = seen.iter().copied().chain([whole]).collect();
            return self.value(right, &seen, depth + 1).named(self.code.text(name));
        }
        if !self.follow {
            return Value::Open(self.short(node));
        }
        match (self.code.text(name), self.value(object, seen, depth + 1)) {
            ("parent", Value::Text(path)) => parent(&path),
            ("name", Value::Text(path)) => Value::Text(path.rsplit('/').next().unwrap_or(&path).to_owned()),
            ("stem", Value::Text(path)) => {
                let name = path.rsplit('/').next().unwrap_or(&path);
                Value::Text(name.rsplit_once('.').map_or(name, |it| it.0).to_owned())
            }
            _ => Value::Open(self.short(node)),
        }
    }

    fn call(&self, node: Node<'t>, seen: &[&str], depth: u8) -> Value {
        let Some(function) = field(node, "function") else { return Value::Open("value".to_owned()) };
        let (given, by_name) = arguments(self.code, node);
        let of = |it: Node<'t>| self.value(it, seen, depth + 1);
        let called = self.code.text(function);
        let object = field(function, "object");
        let method = field(function, "attribute").map_or(called, |it| self.code.text(it));
        match (method, object) {
            ("Path" | "PurePath" | "join" | "joinpath", object) if method != "join" || called.ends_with("path.join") || called == "join" => {
                let start = if method == "joinpath" { object.map(of).map(Value::pattern) } else { None };
                let pieces: Vec<Value> = given.iter().map(|it| of(*it)).collect();
                if start.is_none()
                    && let [Value::Open(name)] = pieces.as_slice()
                {
                    return Value::Open(name.clone());
                }
                let path = pieces.into_iter().fold(start.unwrap_or_default(), |path, it| join(&path, &it.pattern()));
                Value::Text(path)
            }
            ("str" | "fspath" | "abspath" | "realpath" | "normpath" | "expanduser", None) => given.first().map_or(Value::Open(self.short(node)), |it| of(*it)),
            ("abspath" | "realpath" | "normpath" | "expanduser" | "fspath", Some(_)) if !given.is_empty() => of(given[0]),
            ("dirname", _) if !given.is_empty() => match of(given[0]) {
                Value::Text(path) => parent(&path),
                open => open,
            },
            ("resolve" | "absolute" | "expanduser" | "strip" | "rstrip" | "lstrip" | "lower" | "upper", Some(object)) => of(object),
            ("with_suffix", Some(object)) if !given.is_empty() => {
                let path = of(object).pattern();
                let stem = path.rsplit_once('.').filter(|it| !it.1.contains('/')).map_or(path.as_str(), |it| it.0);
                Value::Text(format!("{stem}{}", of(given[0]).pattern()))
            }
            ("with_name", Some(object)) if !given.is_empty() => match parent(&of(object).pattern()) {
                Value::Text(above) => Value::Text(join(&above, &of(given[0]).pattern())),
                open => Value::Text(join(&open.pattern(), &of(given[0]).pattern())),
            },
            ("format", Some(object)) => match of(object) {
                Value::Text(format) => {
                    let names: Vec<String> = given.iter().map(|it| of(*it).pattern()).collect();
                    let by_name: Vec<_> = by_name.iter().map(|it| (it.0.to_owned(), of(it.1).pattern())).collect();
                    Value::Text(fill_braces(&format, &names, &by_name))
                }
                open => open,
            },
            _ => Value::Open(self.short(node)),
        }
    }

    /// Returns a short name for an expression that is not followed.
    fn short(&self, node: Node<'t>) -> String {
        let mut node = node;
        for _ in 0..MAX_DEPTH {
            let next = match node.kind() {
                "identifier" => break,
                "attribute" => {
                    let name = field(node, "attribute").map_or("", |it| self.code.text(it));
                    if !["name", "stem", "parent", "text", "path", "T", "shape"].contains(&name) {
                        return plain_name(name);
                    }
                    field(node, "object")
                }
                "subscript" => {
                    let key = field(node, "subscript").filter(|it| it.kind() == "string");
                    if let Some(key) = key {
                        return plain_name(self.code.text(key).trim_matches(['\'', '"']));
                    }
                    field(node, "value")
                }
                "call" => {
                    let function = field(node, "function");
                    let object = function.and_then(|it| field(it, "object"));
                    let first = arguments(self.code, node).0.first().copied();
                    match (object, first) {
                        (Some(object), first) if object.kind() == "string" => first,
                        (_, Some(first)) if first.kind() == "string" => {
                            return plain_name(self.code.text(first).trim_matches(['\'', '"']));
                        }
                        (Some(object), None) => Some(object),
                        (_, Some(first)) => Some(first),
                        (None, None) => function,
                    }
                }
                "parenthesized_expression" | "not_operator" | "unary_operator" => named(node).first().copied(),
                _ => break,
            };
            match next {
                Some(next) => node = next,
                None => break,
            }
        }
        plain_name(&self.code.brief(node))
    }
}
