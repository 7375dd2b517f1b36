//! The one table of routes: what is served at which path, and what each method of it needs before anything is done for
//! it. The front reads it to let requests in and to dispatch, and to say 404 and 405; metrics and logs read it for the
//! names they use; a test compares it with the OpenAPI document.
//!
//! A router crate is deliberately absent: few rows, one parameter at most, and the most frequent request answered before
//! anything is allocated. Rows are tried in order, so a literal stands before a parameter.

use std::ops::Range;

use filmgate_domain::key::Scope;
use filmgate_gateway::limit::Use;
use hyper::Method;

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Result,
    CreateSora,
    CreateVideos,
    Tasks,
    Balance,
    Usage,
    Quote,
    Film,
    Callback,
    OpenApi,
    Llms,
    LlmsFull,
    Docs,
    DocsPage,
    Accounts,
    Account,
    Grants,
    Adjustments,
    Keys,
    Key,
    Rotate,
    Ledger,
    LedgerCheck,
    UsageOfAll,
    Audit,
    TasksOfAll,
    TaskOfAny,
    CancelAny,
    Requeue,
    Settle,
    Health,
    Ready,
    Metrics,
    /// None of ours.
    Unknown,
}

use Route as R;

/// A method that some route knows. HEAD is GET without a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
    Patch,
    Delete,
}

impl Verb {
    const fn of(method: &Method) -> Option<Self> {
        match *method {
            Method::GET | Method::HEAD => Some(Self::Get),
            Method::POST => Some(Self::Post),
            Method::PATCH => Some(Self::Patch),
            Method::DELETE => Some(Self::Delete),
            _ => None,
        }
    }

    const fn allowed(self) -> &'static str {
        match self {
            Self::Get => "GET, HEAD",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What a request must bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing.
    Nothing,
    /// The signature of a link, which the handler checks.
    Signature,
    /// A key with a scope; it takes from a bucket.
    Key(Scope, Use),
}

/// Whether a row is served under every base path or at the root alone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Under {
    Bases,
    Root,
}

struct Row {
    route: Route,
    under: Under,
    /// Literal, or with one parameter in braces that fills a whole segment.
    template: &'static str,
    /// What each method needs.
    verbs: &'static [(Verb, Need)],
}

const fn row(route: Route, template: &'static str, verbs: &'static [(Verb, Need)]) -> Row {
    Row { route, under: Under::Bases, template, verbs }
}

const fn at_root(route: Route, template: &'static str) -> Row {
    Row { route, under: Under::Root, template, verbs: OPEN }
}

const OPEN: &[(Verb, Need)] = &[(Verb::Get, Need::Nothing)];
const CREATE: &[(Verb, Need)] = &[(Verb::Post, Need::Key(Scope::Create, Use::Create))];
const READ: &[(Verb, Need)] = &[(Verb::Get, POLL)];
const POLL: Need = Need::Key(Scope::Read, Use::Poll);
const ADMIN: Need = Need::Key(Scope::Admin, Use::Poll);
const SEE: &[(Verb, Need)] = &[(Verb::Get, ADMIN)];
const DO: &[(Verb, Need)] = &[(Verb::Post, ADMIN)];
const SEE_AND_ADD: &[(Verb, Need)] = &[(Verb::Get, ADMIN), (Verb::Post, ADMIN)];

/// In the order of the enum.
const TABLE: [Row; 33] = [
    row(
        R::Result,
        "/v1/result/{id}",
        &[(Verb::Get, POLL), (Verb::Delete, Need::Key(Scope::Cancel, Use::Poll))],
    ),
    row(R::CreateSora, "/v1/sora/videos", CREATE),
    row(R::CreateVideos, "/v1/videos/videos", CREATE),
    row(R::Tasks, "/v1/tasks", READ),
    row(R::Balance, "/v1/balance", READ),
    row(R::Usage, "/v1/usage", READ),
    row(R::Quote, "/v1/quote", &[(Verb::Post, Need::Key(Scope::Create, Use::Poll))]),
    row(R::Film, "/files/{artifact}", &[(Verb::Get, Need::Signature)]),
    row(R::Callback, "/callbacks/{task}", &[(Verb::Post, Need::Signature)]),
    row(R::OpenApi, "/openapi.json", OPEN),
    row(R::Llms, "/llms.txt", OPEN),
    row(R::LlmsFull, "/llms-full.txt", OPEN),
    row(R::Docs, "/docs", OPEN),
    row(R::DocsPage, "/docs/{page}", OPEN),
    row(R::Accounts, "/v1/admin/accounts", SEE_AND_ADD),
    row(R::Account, "/v1/admin/accounts/{id}", &[(Verb::Get, ADMIN), (Verb::Patch, ADMIN)]),
    row(R::Grants, "/v1/admin/accounts/{id}/grants", DO),
    row(R::Adjustments, "/v1/admin/accounts/{id}/adjustments", DO),
    row(R::Keys, "/v1/admin/keys", SEE_AND_ADD),
    row(R::Key, "/v1/admin/keys/{id}", &[(Verb::Get, ADMIN), (Verb::Patch, ADMIN), (Verb::Delete, ADMIN)]),
    row(R::Rotate, "/v1/admin/keys/{id}/rotate", DO),
    row(R::Ledger, "/v1/admin/ledger", SEE),
    row(R::LedgerCheck, "/v1/admin/ledger/check", SEE),
    row(R::UsageOfAll, "/v1/admin/usage", SEE),
    row(R::Audit, "/v1/admin/audit", SEE),
    row(R::TasksOfAll, "/v1/admin/tasks", SEE),
    row(R::TaskOfAny, "/v1/admin/tasks/{id}", SEE),
    row(R::CancelAny, "/v1/admin/tasks/{id}/cancel", DO),
    row(R::Requeue, "/v1/admin/tasks/{id}/requeue", DO),
    row(R::Settle, "/v1/admin/tasks/{id}/settle", DO),
    at_root(R::Health, "/healthz"),
    at_root(R::Ready, "/readyz"),
    at_root(R::Metrics, "/metrics"),
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

    fn verbs(self) -> &'static [(Verb, Need)] {
        TABLE.get(self as usize).map_or(&[], |row| row.verbs)
    }

    /// What the `Allow` header says.
    pub(crate) fn allow(self) -> String {
        self.verbs().iter().map(|(verb, _)| verb.allowed()).collect::<Vec<_>>().join(", ")
    }

    /// How `method` is done here and what that needs; `None` when the route does not know it.
    pub(crate) fn asked(self, method: &Method) -> Option<(Verb, Need)> {
        let verb = Verb::of(method)?;
        self.verbs().iter().copied().find(|(known, _)| *known == verb)
    }
}

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// What it is for.
    pub(crate) route: Route,
    /// How many of the path's bytes are the base path.
    pub(crate) base: usize,
    /// Where the parameter stands in the path; empty if the route has none.
    pub(crate) id: Range<usize>,
}

/// Where `path` leads, given the base paths.
pub(crate) fn find(path: &str, bases: &[String]) -> Found {
    for base in bases {
        let Some(rest) = path.strip_prefix(base.as_str()) else { continue };
        if let Some((route, id)) = look(rest, Under::Bases) {
            return Found { route, base: base.len(), id: id.start + base.len()..id.end + base.len() };
        }
    }
    let (route, id) = look(path, Under::Root).unwrap_or((R::Unknown, 0..0));
    Found { route, base: 0, id }
}

/// The row that `path` fits, and where its parameter stands.
fn look(path: &str, under: Under) -> Option<(Route, Range<usize>)> {
    TABLE.iter().filter(|row| row.under == under).find_map(|row| {
        let Some((before, rest)) = row.template.split_once('{') else {
            return (row.template == path).then_some((row.route, 0..0));
        };
        let (_, after) = rest.split_once('}')?;
        let id = path.strip_prefix(before)?.strip_suffix(after)?;
        let fits = !id.is_empty() && !id.contains('/');
        fits.then_some((row.route, before.len()..before.len() + id.len()))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use filmgate_contract::catalogue::Catalogue;
    use filmgate_contract::openapi;

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
                format!("{:<26} {:<36} {under:<11} {:?}", row.route.allow(), row.template, row.route)
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
    }

    /// What the table says, in the words of the OpenAPI document: path, method, scope.
    fn served() -> BTreeSet<(String, String, String)> {
        let rows = TABLE.iter().filter(|row| !matches!(row.route, R::Docs | R::DocsPage));
        rows.flat_map(|row| {
            row.verbs.iter().flat_map(|(verb, need)| {
                let scope = match need {
                    Need::Key(scope, _) => scope.as_str(),
                    Need::Nothing | Need::Signature => "",
                };
                let signed = *need == Need::Signature && *verb == Verb::Get;
                let methods = verb.allowed().split(", ").filter(move |method| *method != "HEAD" || signed);
                methods.map(|method| (row.template.to_owned(), method.to_lowercase(), scope.to_owned()))
            })
        })
        .collect()
    }

    #[test]
    fn the_table_is_what_the_openapi_document_says() {
        let document: serde_json::Value =
            serde_json::from_str(&openapi::document(&Catalogue::builtin(), "")).unwrap();
        let mut said = BTreeSet::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                let scope = operation["security"][0]["key"][0].as_str().unwrap_or_default();
                said.insert((path.clone(), method.clone(), scope.to_owned()));
            }
        }
        assert_eq!(served(), said);
    }

    #[test]
    fn a_path_leads_to_a_route_under_a_base_with_a_parameter() {
        let bases = bases();
        let shown = |path: &str| {
            let found = find(path, &bases);
            format!("{:?} {:?} {:?}", found.route, &path[..found.base], &path[found.id])
        };
        assert_eq!(shown("/v1/result/sora_1"), r#"Result "" "sora_1""#);
        assert_eq!(shown("/kyyReactApiServer/v1/result/x"), r#"Result "/kyyReactApiServer" "x""#);
        assert_eq!(shown("/kyyReactApiServer/v1/sora/videos"), r#"CreateSora "/kyyReactApiServer" """#);
        assert_eq!(shown("/kyyReactApiServer/v1/admin/keys/k/rotate"), r#"Rotate "/kyyReactApiServer" "k""#);
        assert_eq!(shown("/v1/admin/ledger/check"), r#"LedgerCheck "" """#);
        assert_eq!(shown("/healthz"), r#"Health "" """#);
        for nowhere in [
            "",
            "/",
            "/v1",
            "/v1/result/",
            "/v1/result/a/b",
            "/kyyReactApiServer/healthz",
            "/docs/",
            "/v1/admin/keys//rotate",
            "/v1/admin/keys/rotate/",
            "/v1/admin/keys/a/b/rotate",
        ] {
            assert_eq!(find(nowhere, &bases).route, Route::Unknown, "{nowhere}");
        }
    }

    #[test]
    fn a_route_allows_what_it_says() {
        assert!(
            Route::Result.asked(&Method::HEAD).is_some() && Route::Result.asked(&Method::DELETE).is_some()
        );
        assert!(Route::Result.asked(&Method::POST).is_none() && Route::Unknown.asked(&Method::GET).is_none());
        assert_eq!(Route::Key.allow(), "GET, HEAD, PATCH, DELETE");
    }
}
