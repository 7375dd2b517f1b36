//! The one table of routes: what is served, under which methods, at which path. The front reads it to dispatch and to
//! say 404 and 405; metrics and logs read it for the names they use; a snapshot test prints it.
//!
//! A router crate is deliberately absent: thirteen rows, a parameter only ever at the end, and the most frequent
//! request answered before anything is allocated. Rows are tried in order, so a literal stands before a parameter.

use hyper::Method;

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Result,
    CreateSora,
    CreateVideos,
    Tasks,
    Film,
    OpenApi,
    Llms,
    LlmsFull,
    Docs,
    DocsPage,
    Health,
    Ready,
    Metrics,
    /// None of ours.
    Unknown,
}

use Route as R;

/// Whether a row is served under every base path or at the root alone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Under {
    Bases,
    Root,
}

struct Row {
    route: Route,
    under: Under,
    /// What `Allow` says; HEAD stands wherever GET does.
    allow: &'static str,
    /// Literal, or literal up to the last `/` and then one parameter in braces.
    template: &'static str,
}

const fn row(route: Route, under: Under, allow: &'static str, template: &'static str) -> Row {
    Row { route, under, allow, template }
}

const READ: &str = "GET, HEAD";

/// In the order of the enum.
const TABLE: [Row; 13] = [
    row(R::Result, Under::Bases, "GET, HEAD, DELETE", "/v1/result/{id}"),
    row(R::CreateSora, Under::Bases, "POST", "/v1/sora/videos"),
    row(R::CreateVideos, Under::Bases, "POST", "/v1/videos/videos"),
    row(R::Tasks, Under::Bases, READ, "/v1/tasks"),
    row(R::Film, Under::Bases, READ, "/files/{artifact}"),
    row(R::OpenApi, Under::Bases, READ, "/openapi.json"),
    row(R::Llms, Under::Bases, READ, "/llms.txt"),
    row(R::LlmsFull, Under::Bases, READ, "/llms-full.txt"),
    row(R::Docs, Under::Bases, READ, "/docs"),
    row(R::DocsPage, Under::Bases, READ, "/docs/{page}"),
    row(R::Health, Under::Root, READ, "/healthz"),
    row(R::Ready, Under::Root, READ, "/readyz"),
    row(R::Metrics, Under::Root, READ, "/metrics"),
];

impl Route {
    /// How many there are, [`Route::Unknown`] included.
    pub(crate) const COUNT: usize = TABLE.len() + 1;

    /// Every route, [`Route::Unknown`] last.
    #[cfg(test)]
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.route).chain([R::Unknown])
    }

    /// The path with its parameter's name: what metrics and logs call it.
    pub(crate) fn template(self) -> &'static str {
        TABLE.get(self as usize).map_or("unknown", |row| row.template)
    }

    /// What the `Allow` header says.
    pub(crate) fn allow(self) -> &'static str {
        TABLE.get(self as usize).map_or("", |row| row.allow)
    }

    /// Whether the route knows `method`.
    pub(crate) fn allows(self, method: &Method) -> bool {
        self.allow().split(", ").any(|allowed| allowed == method.as_str())
    }
}

/// Where a path leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// What it is for.
    pub(crate) route: Route,
    /// How many of the path's bytes are the base path.
    pub(crate) base: usize,
    /// Where the parameter begins, if the route has one; else the path's end.
    pub(crate) tail: usize,
}

/// Where `path` leads, given the base paths.
pub(crate) fn find(path: &str, bases: &[String]) -> Found {
    for base in bases {
        let Some(rest) = path.strip_prefix(base.as_str()) else { continue };
        if let Some((route, tail)) = look(rest, |under| under == Under::Bases) {
            return Found { route, base: base.len(), tail: path.len() - tail };
        }
    }
    let (route, tail) = look(path, |under| under == Under::Root).unwrap_or((R::Unknown, 0));
    Found { route, base: 0, tail: path.len() - tail }
}

/// The row that `path` fits and how long its parameter is.
fn look(path: &str, served: impl Fn(Under) -> bool) -> Option<(Route, usize)> {
    TABLE.iter().filter(|row| served(row.under)).find_map(|row| {
        let Some(at) = row.template.find('{') else {
            return (row.template == path).then_some((row.route, 0));
        };
        let tail = path.strip_prefix(&row.template[..at])?;
        (!tail.is_empty() && !tail.contains('/')).then_some((row.route, tail.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bases() -> Vec<String> {
        vec![String::new(), "/kyyReactApiServer".to_owned()]
    }

    #[test]
    fn the_table_stands_in_the_order_of_the_enum() {
        for (place, route) in Route::all().enumerate() {
            assert_eq!(route as usize, place);
        }
    }

    #[test]
    fn the_table() {
        let lines: Vec<String> = TABLE
            .iter()
            .map(|row| {
                let under = if row.under == Under::Bases { "every base" } else { "the root" };
                format!("{:<18} {:<20} {under:<11} {:?}", row.allow, row.template, row.route)
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn a_path_leads_to_a_route_under_a_base_with_a_parameter() {
        let bases = bases();
        let shown = |path: &str| {
            let found = find(path, &bases);
            format!("{:?} {:?} {:?}", found.route, &path[..found.base], &path[found.tail..])
        };
        assert_eq!(shown("/v1/result/sora_1"), r#"Result "" "sora_1""#);
        assert_eq!(shown("/kyyReactApiServer/v1/result/x"), r#"Result "/kyyReactApiServer" "x""#);
        assert_eq!(shown("/kyyReactApiServer/v1/sora/videos"), r#"CreateSora "/kyyReactApiServer" """#);
        assert_eq!(shown("/healthz"), r#"Health "" """#);
        for nowhere in
            ["", "/", "/v1", "/v1/result/", "/v1/result/a/b", "/kyyReactApiServer/healthz", "/docs/"]
        {
            assert_eq!(find(nowhere, &bases).route, Route::Unknown, "{nowhere}");
        }
    }

    #[test]
    fn a_route_allows_what_it_says() {
        assert!(Route::Result.allows(&Method::HEAD) && Route::Result.allows(&Method::DELETE));
        assert!(!Route::Result.allows(&Method::POST) && !Route::Unknown.allows(&Method::GET));
    }
}
