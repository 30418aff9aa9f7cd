//! Python: what a module reads, writes, calls, needs and how it stops.

mod eval;

use crate::Comments;
use crate::code::{Code, add_read, add_use, add_write, field, line, named, one_line};
use crate::exits::{StopCode, Stopper, new_exit};
use crate::head::{Line, comment_lines, push_lines};
use crate::outward::is_outward;
use eval::{Eval, Names, arguments, function_of, parameters};
use sop_core::{Argument, Call, EnvVar, FileUse, Script};
use std::collections::BTreeSet;
use tree_sitter::Node;

pub(crate) fn analyse(code: &Code<'_>, script: &mut Script) -> Comments {
    let names = Names::new(code);
    let module = Module { code, paths: Eval { code, names: &names, follow: true }, words: Eval { code, names: &names, follow: false }, names: &names };
    module.exits(script);
    module.calls(script);
    module.constants(script);
    module.imports(script);
    module.subscripts(script);
    comments(code)
}

struct Module<'a, 't> {
    code: &'a Code<'t>,
    paths: Eval<'a, 't>,
    words: Eval<'a, 't>,
    names: &'a Names<'t>,
}

impl<'t> Module<'_, 't> {
    fn exits(&self, script: &mut Script) {
        let code = self.code;
        let stoppers = self.stoppers();
        let mut mains: BTreeSet<&str> = BTreeSet::new();
        for &node in code.nodes() {
            let inside_stopper =
                || function_of(code, node).and_then(|it| field(it, "name")).is_some_and(|name| stoppers.iter().any(|it| it.name == code.text(name)));
            match node.kind() {
                "call" => {
                    let called = field(node, "function").map_or("", |it| code.text(it));
                    let (given, by_name) = arguments(code, node);
                    if is_exit(called) || called == "SystemExit" {
                        if inside_stopper() {
                            continue;
                        }
                        if let Some(inner) = given.first().filter(|it| it.kind() == "call" && field(**it, "function").is_some_and(|f| f.kind() == "identifier"))
                        {
                            let main = field(*inner, "function").map_or("", |it| code.text(it));
                            if self.defined(main).is_some() {
                                mains.insert(main);
                                continue;
                            }
                        }
                        script.exits.push(self.plain_exit(node, given.first().copied()));
                    } else if let Some(stopper) = stoppers.iter().find(|it| it.name == called) {
                        let codes: Vec<Option<i32>> = given.iter().map(|it| self.number(*it)).collect();
                        let says: Vec<Option<String>> = given.iter().map(|it| Some(self.words.text(*it))).collect();
                        let mut exit = stopper.exit(&codes, &says, self.condition(node), line(node));
                        if let Some((_, value)) = by_name.iter().find(|it| it.0.contains("code") || it.0 == "status") {
                            exit.code = self.number(*value);
                        }
                        script.exits.push(exit);
                    } else if called.ends_with(".error") && (called.starts_with("parser") || called.starts_with("ap.") || called.starts_with("argparser")) {
                        let said = given.first().map(|it| self.words.text(*it));
                        script.exits.push(new_exit(Some(2), said, self.condition(node), line(node), None));
                    }
                }
                "raise_statement" => {
                    let Some(raised) = named(node).first().copied() else { continue };
                    let text = code.text(raised);
                    if text.starts_with("SystemExit(") || self.is_caught(node) || inside_stopper() {
                        continue;
                    }
                    if text == "SystemExit" {
                        script.exits.push(new_exit(Some(0), None, self.condition(node), line(node), None));
                        continue;
                    }
                    if raised.kind() != "call" {
                        continue;
                    }
                    let said = arguments(code, raised).0.first().map(|it| self.words.text(*it));
                    script.exits.push(new_exit(Some(1), said, self.condition(node), line(node), None));
                }
                "assert_statement" => {
                    let said = named(node).get(1).map(|it| self.words.text(*it));
                    let condition = named(node).first().map(|it| format!("assert {}", code.brief(*it)));
                    script.exits.push(new_exit(Some(1), said, condition, line(node), None));
                }
                _ => {}
            }
        }
        for main in mains {
            self.returns_of(main, script);
        }
    }

    /// `sys.exit(main())` makes every `return 3` of `main` an exit.
    fn returns_of(&self, main: &str, script: &mut Script) {
        let Some(function) = self.defined(main) else { return };
        for node in self.code.inside(function).filter(|it| it.kind() == "return_statement") {
            let code = named(node).first().and_then(|it| self.number(*it));
            let own = function_of(self.code, node).is_some_and(|it| it.id() == function.id());
            if let (Some(code), true) = (code, own) {
                let (said, at) = self.said_before(node).unzip();
                script.exits.push(new_exit(Some(code), said, self.condition(node), line(node), at));
            }
        }
    }

    fn plain_exit(&self, node: Node<'t>, given: Option<Node<'t>>) -> sop_core::Exit {
        let condition = self.condition(node);
        let at = line(node);
        let Some(given) = given else {
            let (said, from) = self.said_before(node).unzip();
            return new_exit(Some(0), said, condition, at, from);
        };
        match given.kind() {
            "string" | "concatenated_string" | "binary_operator" => new_exit(Some(1), Some(self.words.text(given)), condition, at, None),
            "call" if self.code.text(given).contains(".format(") => new_exit(Some(1), Some(self.words.text(given)), condition, at, None),
            _ => {
                let (said, from) = self.said_before(node).unzip();
                new_exit(self.number(given), said, condition, at, from)
            }
        }
    }

    /// Finds the functions that end the script with a message or code of their caller's.
    fn stoppers(&self) -> Vec<Stopper> {
        let code = self.code;
        let mut found = Vec::new();
        for function in code.of_kind("function_definition") {
            let Some(name) = field(function, "name").map(|it| code.text(it)) else { continue };
            let given = parameters(code, function);
            let exit = code
                .inside(function)
                .find(|it| it.kind() == "call" && field(*it, "function").is_some_and(|f| is_exit(code.text(f)) || code.text(f) == "SystemExit"));
            let Some(exit) = exit else { continue };
            if given.is_empty() || self.condition(exit).is_some() {
                continue;
            }
            let value = arguments(code, exit).0.first().copied();
            let named_by = |it: Node<'t>| given.iter().position(|name| *name == code.text(it));
            let (said, _) = self.said_before(exit).unzip();
            let own_text = value.filter(|it| it.kind() != "integer").map(|it| self.words.text(it));
            let text = said.or(own_text).unwrap_or_default();
            let message = given.iter().position(|name| text.contains(&format!("{{{name}}}")));
            let stop = match value {
                Some(it) if named_by(it).is_some() && named_by(it) != message => {
                    let at = named_by(it).unwrap_or_default();
                    StopCode::Argument(at, self.default_of(function, given[at]))
                }
                Some(it) if it.kind() == "integer" => StopCode::Fixed(self.number(it)),
                Some(_) => StopCode::Fixed(Some(1)),
                None => StopCode::Fixed(Some(0)),
            };
            if message.is_none() && !matches!(stop, StopCode::Argument(..)) {
                continue;
            }
            found.push(Stopper { name: name.to_owned(), code: stop, message, fixed: None });
        }
        found
    }

    fn default_of(&self, function: Node<'t>, parameter: &str) -> Option<i32> {
        let list = field(function, "parameters")?;
        let given = named(list).into_iter().find(|it| field(*it, "name").is_some_and(|name| self.code.text(name) == parameter))?;
        self.number(field(given, "value")?)
    }

    fn defined(&self, name: &str) -> Option<Node<'t>> {
        self.names.function(name)
    }

    fn number(&self, node: Node<'t>) -> Option<i32> {
        match node.kind() {
            "identifier" => self.number(self.names.lookup(self.code, self.code.text(node), node).filter(|it| it.kind() == "integer")?),
            _ => self.code.text(node).parse().ok(),
        }
    }

    /// Returns the nearest message that is printed or logged before a statement, in its block.
    fn said_before(&self, node: Node<'t>) -> Option<(String, u32)> {
        let block_of = |it: &Node<'t>| self.code.parent(*it).is_some_and(|up| ["block", "module"].contains(&up.kind()));
        let statement = std::iter::once(node).chain(self.code.around(node)).find(block_of)?;
        for it in self.code.before(statement) {
            if it.kind() == "expression_statement" || it.kind() == "for_statement" {
                let said = self.code.inside(it).take(400).filter(|call| call.kind() == "call").find_map(|call| self.said(call));
                if said.is_some() {
                    return said;
                }
            }
        }
        None
    }

    /// Returns what a call prints or logs.
    fn said(&self, call: Node<'t>) -> Option<(String, u32)> {
        let called = self.code.text(field(call, "function")?);
        let last = called.rsplit('.').next().unwrap_or(called);
        let speaks = ["print", "error", "critical", "warning", "warn", "info", "exception", "fatal", "echo", "secho", "write", "debug"].contains(&last);
        let local = self.defined(called).is_some_and(|it| {
            self.code.inside(it).any(|inner| {
                inner.kind() == "call" && field(inner, "function").is_some_and(|f| ["print", "logging.error", "logging.info"].contains(&self.code.text(f)))
            })
        });
        if !speaks && !local {
            return None;
        }
        let (given, _) = arguments(self.code, call);
        let mut texts: Vec<String> = given.iter().take(12).map(|it| self.words.text(*it)).collect();
        let literal = given.first().is_some_and(|it| ["string", "concatenated_string", "binary_operator", "call"].contains(&it.kind()));
        if texts.is_empty() || !literal {
            return None;
        }
        let first = texts.remove(0);
        let said = if last == "print" || local {
            std::iter::once(first).chain(texts).collect::<Vec<_>>().join(" ")
        } else {
            crate::value::fill_percent(&first, &texts)
        };
        Some((said, line(call)))
    }

    /// Returns the innermost condition around a node, inside its function.
    fn condition(&self, node: Node<'t>) -> Option<String> {
        let mut inner = node;
        for it in self.code.around(node) {
            match it.kind() {
                "function_definition" | "class_definition" => return None,
                "if_statement" | "elif_clause" | "while_statement" => {
                    let condition = field(it, "condition")?;
                    let text = self.code.brief(condition);
                    if it.kind() != "while_statement" && inner.kind() != "else_clause" && inner.kind() != "elif_clause" && !text.starts_with("__name__") {
                        return Some(text);
                    }
                    if inner.kind() == "else_clause" {
                        return Some(format!("not ({text})"));
                    }
                }
                "except_clause" => {
                    let head = self.code.text(it).lines().next().unwrap_or_default();
                    return Some(one_line(head.trim_end_matches(':'), 160));
                }
                "conditional_expression" | "boolean_operator" => return named(it).first().map(|first| self.code.brief(*first)),
                _ => {}
            }
            inner = it;
        }
        None
    }

    /// Tells whether the same function catches what is raised here.
    fn is_caught(&self, node: Node<'t>) -> bool {
        let mut inner = node;
        for it in self.code.around(node) {
            match it.kind() {
                "function_definition" => return false,
                "try_statement" if inner.kind() == "block" => return true,
                _ => inner = it,
            }
        }
        false
    }

    fn calls(&self, script: &mut Script) {
        let mut probes: Vec<FileUse> = Vec::new();
        for node in self.code.of_kind("call").collect::<Vec<_>>() {
            self.file_call(node, script, &mut probes);
            self.other_call(node, script);
        }
        for probe in probes {
            let known = script.writes.iter().chain(&script.reads).any(|it| it.pattern == probe.pattern);
            if !known {
                add_use(&mut script.reads, &probe.pattern, probe.line);
            }
        }
    }

    fn file_call(&self, node: Node<'t>, script: &mut Script, probes: &mut Vec<FileUse>) {
        let Some(function) = field(node, "function") else { return };
        let called = self.code.text(function);
        let object = field(function, "object");
        let method = field(function, "attribute").map_or(called, |it| self.code.text(it));
        let (given, by_name) = arguments(self.code, node);
        let at = line(node);
        let first = given.first().copied();
        let keyword = |name: &str| by_name.iter().find(|it| it.0 == name).map(|it| it.1);
        let mut read = |node: Option<Node<'t>>| {
            for path in node.map(|it| self.paths.paths(it)).unwrap_or_default() {
                add_read(script, &path, at);
            }
        };
        // The root of `pd.read_csv` is a library, that of `folder.open` a path.
        let library = object.is_some_and(|it| {
            ["io", "gzip", "codecs", "bz2", "lzma", "zipfile", "tarfile", "Image", "fitz", "pdfplumber", "webbrowser", "os"].contains(&self.code.text(it))
        });
        match method {
            "open" | "ZipFile" | "TarFile" if object.is_none() || library => {
                if self.code.text(function).starts_with("webbrowser") {
                    return;
                }
                let mode = given.get(1).copied().or(keyword("mode")).map(|it| self.code.text(it)).unwrap_or_default();
                let writes = mode.contains(['w', 'a', 'x', '+']) && !mode.contains('(');
                let target = first.or(keyword("file"));
                if writes { self.write(script, target, at) } else { read(target) }
            }
            "open" => {
                let mode = first.or(keyword("mode")).map(|it| self.code.text(it)).unwrap_or_default();
                if mode.contains(['w', 'a', 'x', '+']) { self.write(script, object, at) } else { read(object) }
            }
            "read_text" | "read_bytes" => read(object),
            "write_text" | "write_bytes" | "touch" => self.write(script, object, at),
            "exists" | "is_file" | "isfile" => {
                let target = if called.starts_with("os.path") || object.is_none() { first } else { object };
                for path in target.map(|it| self.paths.paths(it)).unwrap_or_default() {
                    probes.push(FileUse { pattern: path, line: at });
                }
            }
            "load_workbook" | "read_csv" | "read_excel" | "read_json" | "read_parquet" | "read_table" | "read_html" | "read_xml" | "read_feather"
            | "read_pickle" | "read_sas" | "read_spss" | "read_stata" | "read_fwf" | "scan_csv" | "ExcelFile" | "PdfReader" | "PdfFileReader" | "loadtxt"
            | "genfromtxt" | "listdir" | "scandir" | "connect" | "load_dotenv"
                if object.is_some() || self.defined(called).is_none() =>
            {
                let target = first.or(keyword("io")).or(keyword("filepath_or_buffer")).or(keyword("filename"));
                let is_database = method != "connect" || called.starts_with("sqlite3") || called.starts_with("duckdb");
                if is_database {
                    read(target)
                }
            }
            "Document" | "DocxTemplate" | "Presentation" | "Workbook" if first.is_some() => {
                if method == "Workbook" {
                    self.write(script, first, at)
                } else {
                    read(first)
                }
            }
            "glob" | "rglob" | "iglob" => match object.filter(|it| self.code.text(*it) != "glob") {
                Some(folder) => {
                    let pattern = first.map(|it| self.paths.text(it)).unwrap_or_default();
                    for path in self.paths.paths(folder) {
                        add_read(script, &crate::value::join(&path, &pattern), at);
                    }
                }
                None => read(first),
            },
            "iterdir" => read(object),
            "read" if object.is_some_and(|it| self.is_config(self.code.text(it), node)) => read(first),
            "to_csv"
            | "to_excel"
            | "to_json"
            | "to_parquet"
            | "to_html"
            | "to_pickle"
            | "to_feather"
            | "to_markdown"
            | "to_latex"
            | "write_csv"
            | "write_excel"
            | "write_parquet"
            | "savefig"
            | "savetxt"
            | "ExcelWriter"
            | "FileHandler"
            | "RotatingFileHandler"
            | "TimedRotatingFileHandler"
            | "WatchedFileHandler"
            | "SimpleDocTemplate"
            | "write_html"
            | "write_image" => self.write(script, first.or(keyword("filename")).or(keyword("path_or_buf")).or(keyword("excel_writer")), at),
            "basicConfig" => self.write(script, keyword("filename"), at),
            "save" | "output" | "render_to_file" => {
                let is_path = first.is_some_and(|it| self.paths.text(it).contains(['.', '/']) || it.kind() == "identifier");
                if is_path {
                    self.write(script, first, at)
                }
            }
            "copy" | "copy2" | "copyfile" | "move" | "copytree" if called.starts_with("shutil") || object.is_none() && given.len() == 2 => {
                read(first);
                self.write(script, given.get(1).copied(), at);
            }
            "rename" | "replace" if called.starts_with("os.") && given.len() == 2 => {
                read(first);
                self.write(script, given.get(1).copied(), at);
            }
            "rename" if given.len() == 1 && by_name.is_empty() => {
                read(object);
                self.write(script, first, at);
            }
            _ => {}
        }
    }

    fn write(&self, script: &mut Script, node: Option<Node<'t>>, at: u32) {
        for path in node.map(|it| self.paths.paths(it)).unwrap_or_default() {
            // A writer object that was opened for a file is not another file.
            let is_open_file = |name: &str| name == "writer" || self.code.of_kind("as_pattern_target").any(|it| self.code.text(it) == name);
            if node.is_some_and(|it| it.kind() == "identifier" && is_open_file(self.code.text(it))) && path.starts_with('{') {
                continue;
            }
            add_write(script, &path, at);
        }
    }

    fn other_call(&self, node: Node<'t>, script: &mut Script) {
        let code = self.code;
        let called = field(node, "function").map_or("", |it| code.text(it));
        let (given, by_name) = arguments(code, node);
        let at = line(node);
        let first = given.first().copied();
        let method = called.rsplit('.').next().unwrap_or(called);
        match (called, method) {
            ("os.environ.get" | "os.getenv" | "getenv" | "environ.get", _) => {
                if let Some(name) = first.filter(|it| it.kind() == "string") {
                    let required = self.stops_without(node);
                    script.env.push(EnvVar { name: self.words.text(name), required, line: at });
                }
            }
            (_, "add_argument" | "argument" | "option") if called.contains('.') => {
                let flags: Vec<String> = given.iter().filter(|it| it.kind() == "string").map(|it| self.words.text(*it)).collect();
                let Some(name) = flags.iter().max_by_key(|it| it.len()) else { return };
                let get = |key: &str| by_name.iter().find(|it| it.0 == key).map(|it| it.1);
                let optional = get("nargs").is_some_and(|it| code.text(it).contains(['?', '*'])) || get("default").is_some();
                let needed = get("required").is_some_and(|it| code.text(it) == "True");
                let required = needed || !name.starts_with('-') && !optional;
                let help = get("help").map(|it| self.words.text(it));
                script.arguments.push(Argument { name: name.clone(), help, required, line: at });
            }
            (
                "subprocess.run"
                | "subprocess.call"
                | "subprocess.check_call"
                | "subprocess.check_output"
                | "subprocess.Popen"
                | "os.system"
                | "os.popen"
                | "run"
                | "check_call"
                | "check_output"
                | "Popen",
                _,
            ) if called.contains('.') || self.defined(called).is_none() => {
                let Some(first) = first else { return };
                let command = match first.kind() {
                    "list" => named(first).into_iter().map(|it| self.paths.text(it)).collect::<Vec<_>>().join(" "),
                    _ => self.paths.text(first),
                };
                let command = one_line(&command, 240);
                script.calls.push(Call { outward: is_outward(&command), command, line: at });
            }
            _ => {
                let text = code.brief(node);
                let chain = format!("{called}(");
                let outward = is_outward(&chain) || ["sendmail", "send_message"].contains(&method);
                if outward && code.parent(node).is_none_or(|up| up.kind() != "attribute") {
                    script.calls.push(Call { command: text, outward: true, line: at });
                }
            }
        }
        if ["requests.get", "urllib.request.urlopen", "urlopen", "httpx.get"].contains(&called) {
            script.calls.push(Call { command: code.brief(node), outward: false, line: at });
        }
    }

    /// Tells whether the script stops if the value of this call is missing: `who = ..; if not who: .. exit`.
    fn stops_without(&self, node: Node<'t>) -> bool {
        let code = self.code;
        let Some(assigned) = code.around(node).take(4).find(|it| it.kind() == "assignment") else { return false };
        let Some(name) = field(assigned, "left").map(|it| code.text(it)) else { return false };

        code.of_kind("if_statement").any(|it| {
            let tests = field(it, "condition").is_some_and(|c| {
                let text = code.text(c);
                text == format!("not {name}") || text == format!("{name} is None") || text == format!("{name} == \"\"")
            });
            tests
                && code.inside(it).any(|inner| match inner.kind() {
                    "raise_statement" => true,
                    "call" => field(inner, "function").is_some_and(|f| is_exit(code.text(f))),
                    _ => false,
                })
        })
    }

    fn constants(&self, script: &mut Script) {
        let code = self.code;
        for node in code.of_kind("assignment") {
            let at_top = code.parent(node).is_some_and(|it| it.kind() == "expression_statement" && code.parent(it).is_some_and(|up| up.kind() == "module"));
            let (Some(left), Some(right)) = (field(node, "left"), field(node, "right")) else { continue };
            if !at_top || left.kind() != "identifier" {
                continue;
            }
            let (name, value) = (code.text(left), code.text(right));
            let literal = is_literal(code, right);
            if is_needed_list(name) && literal {
                let columns = code.inside(right).filter(|it| it.kind() == "string").map(|it| self.words.text(it));
                script.columns.extend(columns);
            }
            if crate::keep_constant(name, value, literal, right.kind() == "string") {
                script.constants.push(crate::new_constant(name, value, line(node)));
            }
        }
    }

    fn imports(&self, script: &mut Script) {
        let code = self.code;
        for &node in code.nodes() {
            let modules: Vec<&str> = match node.kind() {
                "import_statement" => named(node).into_iter().map(|it| code.text(field(it, "name").unwrap_or(it))).collect(),
                "import_from_statement" => field(node, "module_name").map(|it| code.text(it)).into_iter().collect(),
                _ => continue,
            };
            for module in modules {
                let relative = module.starts_with('.');
                let module = module.trim_start_matches('.');
                let root = module.split('.').next().unwrap_or(module);
                if root.is_empty() || root == "__future__" {
                    continue;
                }
                let file = format!("{}.py", module.replace('.', "/"));
                let local = code.folder.iter().any(|path| {
                    path == &file
                        || path.ends_with(&format!("/{file}"))
                        || path.ends_with(&format!("/{root}.py"))
                        || path.ends_with(&format!("/{root}/__init__.py"))
                });
                if local || relative {
                    add_use(&mut script.imports, &file, line(node));
                } else if !STANDARD.contains(&root) {
                    script.packages.push(root.to_owned());
                }
            }
        }
    }

    /// Sorts out `x["key"]`: environment, config, column.
    fn subscripts(&self, script: &mut Script) {
        let code = self.code;
        let rows = self.row_names();
        for &node in code.nodes() {
            if node.kind() == "attribute" && self.code.parent(node).is_some_and(|it| it.kind() == "call") {
                self.config_call(node, script);
            }
            if node.kind() != "subscript" {
                continue;
            }
            let Some(value) = field(node, "value") else { continue };
            let Some(key) = field(node, "subscript") else { continue };
            let root = code.text(value);
            if root == "os.environ" || root == "environ" {
                script.env.push(EnvVar { name: self.words.text(key), required: true, line: line(node) });
            } else if root == "sys.argv" {
                let Ok(place) = code.text(key).parse::<usize>() else { continue };
                let name = code
                    .around(node)
                    .take(4)
                    .find(|it| it.kind() == "assignment")
                    .and_then(|it| field(it, "left"))
                    .map(|it| code.text(it).to_owned())
                    .or_else(|| self.parameter_for(node))
                    .unwrap_or_else(|| place.to_string());
                if place > 0 && script.arguments.iter().all(|it| it.name != name) {
                    script.arguments.push(Argument { name, help: None, required: true, line: line(node) });
                } else if key.kind() == "slice" {
                    continue;
                }
            } else if key.kind() == "string" && value.kind() == "identifier" && rows.contains(root) {
                script.columns.push(self.words.text(key));
            } else if key.kind() == "list" && rows.contains(root) {
                script.columns.extend(named(key).into_iter().filter(|it| it.kind() == "string").map(|it| self.words.text(it)));
            } else if key.kind() == "string" && self.is_config(self.root(value), node) {
                let inner = code.parent(node).is_some_and(|up| {
                    up.kind() == "subscript" && field(up, "value").is_some_and(|it| it.id() == node.id())
                        || up.kind() == "attribute" && field(up, "attribute").is_some_and(|it| code.text(it).starts_with("get"))
                });
                if !inner {
                    let chain = self.chain(node).join(".");
                    add_use(&mut script.config_keys, &chain, line(node));
                }
            }
        }
        self.unpacked_arguments(script);
    }

    /// `main(sys.argv[1])` is known by the name that `main` gives it.
    fn parameter_for(&self, node: Node<'t>) -> Option<String> {
        let call = self.code.around(node).take(2).find(|it| it.kind() == "call")?;
        let function = self.defined(self.code.text(field(call, "function")?))?;
        let at = arguments(self.code, call).0.iter().position(|it| it.id() == node.id())?;
        parameters(self.code, function).get(at).map(|it| (*it).to_owned())
    }

    /// `src, monday = sys.argv[1:]` names the arguments.
    fn unpacked_arguments(&self, script: &mut Script) {
        for node in self.code.of_kind("assignment") {
            let (Some(left), Some(right)) = (field(node, "left"), field(node, "right")) else { continue };
            if left.kind() == "pattern_list" && self.code.text(right).starts_with("sys.argv") {
                for name in named(left).into_iter().map(|it| self.code.text(it)).filter(|it| *it != "_") {
                    script.arguments.push(Argument { name: name.to_owned(), help: None, required: true, line: line(node) });
                }
            }
        }
    }

    /// `cfg["limits"].getfloat("x")`, `cfg.get("limits", "x")`, `config.get("x")`.
    fn config_call(&self, node: Node<'t>, script: &mut Script) {
        let (Some(object), Some(method)) = (field(node, "object"), field(node, "attribute")) else { return };
        let Some(call) = self.code.parent(node).filter(|it| it.kind() == "call") else { return };
        let method = self.code.text(method);
        if !["get", "getint", "getfloat", "getboolean"].contains(&method) || !self.is_config(self.root(object), node) {
            return;
        }
        let (given, _) = arguments(self.code, call);
        let mut chain = self.chain(object);
        let parser = self.code.source.contains("ConfigParser");
        let wanted = if chain.is_empty() && parser { 2 } else { 1 };
        chain.extend(given.iter().take(wanted).filter(|it| it.kind() == "string").map(|it| self.words.text(*it)));
        if !chain.is_empty() {
            add_use(&mut script.config_keys, &chain.join("."), line(node));
        }
    }

    fn chain(&self, node: Node<'t>) -> Vec<String> {
        let mut keys = Vec::new();
        let mut node = node;
        while node.kind() == "subscript" && keys.len() < 8 {
            if let Some(key) = field(node, "subscript").filter(|it| it.kind() == "string") {
                keys.push(self.words.text(key));
            }
            match field(node, "value") {
                Some(value) => node = value,
                None => break,
            }
        }
        keys.reverse();
        keys
    }

    fn root(&self, node: Node<'t>) -> &'t str {
        let mut node = node;
        for _ in 0..8 {
            match field(node, "value").filter(|_| node.kind() == "subscript") {
                Some(value) => node = value,
                None => break,
            }
        }
        self.code.text(node)
    }

    fn is_config(&self, name: &str, at: Node<'t>) -> bool {
        let by_name = ["cfg", "config", "conf", "settings", "ini", "konfig", "einstellungen", "self.config", "self.cfg"].contains(&name);
        by_name
            || self.names.lookup(self.code, name, at).is_some_and(|it| {
                let text = self.code.text(it);
                ["ConfigParser(", "yaml.safe_load(", "tomllib.load(", "toml.load(", "yaml.load("].iter().any(|call| text.contains(call))
            })
    }

    /// Returns the names that stand for a row of a table or for a whole data frame.
    fn row_names(&self) -> BTreeSet<&'t str> {
        let code = self.code;
        let mut rows: BTreeSet<&str> = BTreeSet::new();
        let is_table = |text: &str| {
            ["DictReader(", ".read_csv(", ".read_excel(", ".read_parquet(", ".read_json(", ".merge(", ".groupby("].iter().any(|it| text.contains(it))
        };
        for _ in 0..3 {
            for &node in code.nodes() {
                let (left, right) = match node.kind() {
                    "assignment" => (field(node, "left"), field(node, "right")),
                    "for_statement" | "for_in_clause" => (field(node, "left"), field(node, "right")),
                    _ => continue,
                };
                let (Some(left), Some(right)) = (left, right) else { continue };
                let from = right.kind() == "list_comprehension" || right.kind() == "generator_expression";
                let source =
                    if from { code.inside(right).find(|it| it.kind() == "for_in_clause").and_then(|it| field(it, "right")).unwrap_or(right) } else { right };
                let text = code.text(source);
                let derived = source.kind() == "identifier" && rows.contains(text)
                    || matches!(source.kind(), "subscript" | "call")
                        && code.inside(source).take(4).any(|it| it.kind() == "identifier" && rows.contains(code.text(it)));
                if !(is_table(text) || derived) || from && !self.comprehends_whole(right) {
                    continue;
                }
                match left.kind() {
                    "identifier" => drop(rows.insert(code.text(left))),
                    "pattern_list" => rows.extend(named(left).last().map(|it| code.text(*it))),
                    _ => {}
                }
            }
        }
        rows
    }

    /// Tells whether a comprehension passes rows on as they are: `[r for r in reader if ..]`.
    fn comprehends_whole(&self, node: Node<'t>) -> bool {
        let body = field(node, "body");
        let loop_name = self.code.inside(node).find(|it| it.kind() == "for_in_clause").and_then(|it| field(it, "left"));
        matches!((body, loop_name), (Some(body), Some(name)) if self.code.text(body) == self.code.text(name))
    }
}

fn is_exit(called: &str) -> bool {
    ["sys.exit", "exit", "quit", "os._exit", "ctx.exit"].contains(&called)
}

/// Tells whether a name says that its list is one of columns.
fn is_needed_list(name: &str) -> bool {
    let name = name.to_lowercase();
    ["need", "column", "required", "header", "spalte", "pflicht", "cols", "colonne", "columna"].iter().any(|it| name.contains(it))
}

fn is_literal(code: &Code<'_>, node: Node<'_>) -> bool {
    const PLAIN: &[&str] = &[
        "string",
        "string_start",
        "string_content",
        "string_end",
        "integer",
        "float",
        "true",
        "false",
        "none",
        "list",
        "tuple",
        "set",
        "dictionary",
        "pair",
        "unary_operator",
        "binary_operator",
        "concatenated_string",
        "parenthesized_expression",
        "comment",
        "escape_sequence",
    ];
    let text = code.text(node);
    if text.starts_with("Path(") || text.starts_with("Decimal(") || text.starts_with("frozenset(") || text.starts_with("set(") {
        return text.len() < 400;
    }
    let mut cursor = node.walk();
    let mut open = vec![node];
    let mut count = 0;
    while let Some(it) = open.pop() {
        count += 1;
        if it.is_named() && !PLAIN.contains(&it.kind()) || count > 2000 {
            return false;
        }
        open.extend(it.children(&mut cursor));
    }
    true
}

fn comments(code: &Code<'_>) -> Comments {
    let mut all = comment_lines(code, |kind| kind == "comment");
    let mut head: Vec<Line> = Vec::new();
    let first_code = code.nodes().iter().find(|it| code.parent(**it).is_some_and(|up| up.kind() == "module") && it.kind() != "comment");
    let end = first_code.map_or(u32::MAX, |it| line(*it));
    head.extend(all.iter().filter(|it| it.number < end && !it.beside).cloned());
    for node in code.of_kind("string") {
        let statement = code.parent(node).filter(|it| it.kind() == "expression_statement");
        let Some(block) = statement.and_then(|it| code.parent(it)) else { continue };
        let lone = statement.is_some_and(|it| it.named_child_count() == 1);
        if !lone || !["module", "block"].contains(&block.kind()) {
            continue;
        }
        let text = code.text(node).trim_start_matches(|c: char| c.is_alphabetic()).trim_matches('"').trim_matches('\'');
        let mut lines = Vec::new();
        push_lines(&mut lines, text, line(node), false);
        // Code never joins the docstring to the comment above it.
        if let Some(first) = lines.first_mut() {
            first.beside = false;
        }
        if block.kind() == "module" && first_code.is_some_and(|it| it.start_byte() == node.start_byte()) {
            head.extend(lines.iter().cloned());
        }
        all.extend(lines);
    }
    all.sort_by_key(|it| it.number);
    Comments { head, all }
}

/// The modules that come with Python and that business scripts use.
const STANDARD: &[&str] = &[
    "abc",
    "argparse",
    "array",
    "ast",
    "asyncio",
    "base64",
    "bisect",
    "bz2",
    "calendar",
    "cgi",
    "cmath",
    "cmd",
    "codecs",
    "collections",
    "colorsys",
    "concurrent",
    "configparser",
    "contextlib",
    "copy",
    "csv",
    "ctypes",
    "curses",
    "dataclasses",
    "datetime",
    "dbm",
    "decimal",
    "difflib",
    "email",
    "encodings",
    "enum",
    "errno",
    "fcntl",
    "filecmp",
    "fileinput",
    "fnmatch",
    "fractions",
    "ftplib",
    "functools",
    "gc",
    "getopt",
    "getpass",
    "gettext",
    "glob",
    "graphlib",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "http",
    "imaplib",
    "importlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "keyword",
    "linecache",
    "locale",
    "logging",
    "lzma",
    "mailbox",
    "math",
    "mimetypes",
    "mmap",
    "msvcrt",
    "multiprocessing",
    "netrc",
    "numbers",
    "operator",
    "optparse",
    "os",
    "pathlib",
    "pickle",
    "pkgutil",
    "platform",
    "plistlib",
    "poplib",
    "pprint",
    "pwd",
    "queue",
    "random",
    "re",
    "readline",
    "runpy",
    "sched",
    "secrets",
    "select",
    "shelve",
    "shlex",
    "shutil",
    "signal",
    "site",
    "smtplib",
    "socket",
    "sqlite3",
    "ssl",
    "stat",
    "statistics",
    "string",
    "struct",
    "subprocess",
    "sys",
    "sysconfig",
    "syslog",
    "tarfile",
    "tempfile",
    "textwrap",
    "threading",
    "time",
    "timeit",
    "tkinter",
    "tomllib",
    "traceback",
    "types",
    "typing",
    "unicodedata",
    "unittest",
    "urllib",
    "uuid",
    "venv",
    "warnings",
    "wave",
    "weakref",
    "webbrowser",
    "winreg",
    "winsound",
    "xml",
    "xmlrpc",
    "zipapp",
    "zipfile",
    "zlib",
    "zoneinfo",
];

#[cfg(test)]
mod tests {
    use crate::testing::{exits, patterns, script};

    #[test]
    fn an_exit_has_the_message_logged_before_it_and_its_documented_meaning() {
        let script = script(
            "scripts/reconcile.py",
            r#""""Hold the figures against the books.

exit 4  store and books differ
"""
import sys, logging
STOP_PCT = 1.0  # agreed with the bank
def main(pct):
    if pct > STOP_PCT:
        logging.error("STOP: %.2f%% is over %.2f%%", pct, STOP_PCT)
        sys.exit(4)
"#,
        );
        assert_eq!(exits(&script), ["4 | STOP: {pct}% is over {STOP_PCT}% | pct > STOP_PCT"]);
        assert_eq!(script.exits[0].documented.as_deref(), Some("store and books differ"));
        assert_eq!(script.exits[0].message_line, Some(9));
        assert_eq!(script.constants[0].comment.as_deref(), Some("agreed with the bank"));
        assert_eq!(script.purpose.as_ref().map(|it| it.text.as_str()), Some("Hold the figures against the books."));
    }

    #[test]
    fn helper_functions_that_stop_are_exits_where_they_are_called() {
        let script = script(
            "x.py",
            r#"import sys
def die(msg, code=3):
    print("ERROR", msg)
    sys.exit(code)
def main():
    if not rows:
        die(f"no rows in {src}")
    if late:
        die("too late", 9)
    if bad:
        print("bad rows")
        return 2
    raise ValueError(f"no {thing}")
sys.exit(main())
"#,
        );
        assert_eq!(exits(&script), ["3 | no rows in {src} | not rows", "9 | too late | late", "2 | bad rows | bad", "1 | no {thing} | "]);
    }

    #[test]
    fn paths_are_followed_through_names_and_parameters() {
        let script = script(
            "scripts/x.py",
            r#"from pathlib import Path
import os, pandas as pd
BASE = Path(__file__).resolve().parent.parent
def load(path):
    with open(path) as f:
        return f.read()
def main(folder, month):
    out = folder / "out"
    load(folder / "raw" / f"orders_{month}.csv")
    df = pd.read_excel(os.path.join(BASE, "in", "plan.xlsx"))
    df.to_csv(out / "clean.csv")
    print(df["Kostenstelle"])
"#,
        );
        assert_eq!(patterns(&script.reads), ["{folder}/raw/orders_{month}.csv", "in/plan.xlsx"]);
        assert_eq!(patterns(&script.writes), ["{folder}/out/clean.csv"]);
        assert_eq!(script.columns, ["Kostenstelle"]);
        assert_eq!(script.packages, ["pandas"]);
    }

    #[test]
    fn config_environment_and_local_modules_are_named() {
        let script = script(
            "scripts/x.py",
            r#"import os, sys
from clean import setup
who = os.environ.get("REPORT_BY", "").strip()
if not who:
    sys.exit("REPORT_BY is not set")
cfg["limits"].getfloat("reject_pct"); cfg["report"]["month"]; cfg["channels"].items()
"#,
        );
        assert_eq!(patterns(&script.config_keys), ["limits.reject_pct", "report.month", "channels"]);
        assert!(script.env[0].required);
        assert_eq!(patterns(&script.imports), ["clean.py"]);
    }
}
