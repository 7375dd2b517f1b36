//! The documentation the product promises, served by the product itself and without a network: one Markdown page per
//! endpoint and guide (`/docs/{page}.md`, rendered at `/docs/{page}`), the index for machines (`/llms.txt`), all of it
//! at once (`/llms-full.txt`), and the OpenAPI document. A page's title is its first heading and its summary the
//! paragraph after it, so that neither is written twice.

use filmgate_contract::problem::Problem;
use hyper::StatusCode;
use hyper::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue};
use pulldown_cmark::{Event, Options, Parser, Tag, html};

use crate::exchange::{Exchange, Outcome};
use crate::reply::{self, Response};

const MARKDOWN: &str = "text/markdown; charset=utf-8";
const STYLE: &str = include_str!("docs.css");

/// What the index says about the whole.
const TITLE: &str = "Filmgate";
const ABSTRACT: &str = "A self-hosted video generation API: a prompt goes in, an MP4 comes out. Create a task, poll its \
    result, download the film.";

/// A page of the documentation.
struct Page {
    /// What it is called in paths.
    name: &'static str,
    /// Its Markdown.
    text: &'static str,
}

macro_rules! pages {
    ($($name:literal),* $(,)?) => {
        [$(Page { name: $name, text: include_str!(concat!("../../../docs/api/", $name, ".md")) }),*]
    };
}

/// Every page, in reading order.
const PAGES: [Page; 17] = pages![
    "index",
    "quickstart",
    "create-sora",
    "create-videos",
    "result",
    "files",
    "tasks",
    "money",
    "errors",
    "limits",
    "content",
    "polling",
    "idempotency",
    "reference-media",
    "admin",
    "operating",
    "configuration",
];

impl Page {
    fn title(&self) -> &'static str {
        self.text.lines().next().unwrap_or_default().trim_start_matches('#').trim()
    }

    fn summary(&self) -> String {
        let lines = self.text.lines().skip(1).skip_while(|line| line.trim().is_empty());
        lines.take_while(|line| !line.trim().is_empty()).collect::<Vec<_>>().join(" ")
    }
}

/// `/openapi.json`
pub(crate) fn openapi(exchange: &Exchange) -> Response {
    public("application/json", exchange.app.openapi.clone())
}

/// `/llms.txt`: a heading, what it is, and a link to every page.
pub(crate) fn llms(exchange: &Exchange) -> Outcome {
    let base = exchange.base_url()?;
    let links = PAGES
        .iter()
        .map(|page| format!("- [{}]({base}/docs/{}.md): {}", page.title(), page.name, page.summary()));
    let links = links.collect::<Vec<_>>().join("\n");
    let text = format!(
        "# {TITLE}\n\n> {ABSTRACT}\n\n## Documentation\n\n{links}\n\n## Optional\n\n\
         - [OpenAPI document]({base}/openapi.json): every route, field and error, for machines\n\
         - [Everything on one page]({base}/llms-full.txt): all of the above, joined\n"
    );
    Ok(public(MARKDOWN, text))
}

/// `/llms-full.txt`: every page, one after the other.
pub(crate) fn llms_full() -> Response {
    let text = PAGES.iter().map(|page| page.text.trim()).collect::<Vec<_>>().join("\n\n---\n\n");
    public(MARKDOWN, format!("{text}\n"))
}

/// `/docs`: the first page, rendered.
pub(crate) fn index(exchange: &Exchange) -> Outcome {
    Ok(rendered(&PAGES[0], &exchange.base_url()?))
}

/// `/docs/{page}` rendered, `/docs/{page}.md` as it was written.
pub(crate) fn page(exchange: &Exchange) -> Outcome {
    let asked = exchange.id();
    let (name, plain) = asked.strip_suffix(".md").map_or((asked, false), |name| (name, true));
    let page = PAGES.iter().find(|page| page.name == name).ok_or_else(Problem::not_found_route)?;
    Ok(if plain { public(MARKDOWN, page.text) } else { rendered(page, &exchange.base_url()?) })
}

/// 200 with what anybody may read and keep for a while.
fn public(kind: &'static str, body: impl Into<bytes::Bytes>) -> Response {
    let mut response = reply::ready(StatusCode::OK, kind, body);
    reply::set(&mut response, CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

/// The page as HTML that needs nothing from elsewhere, with links to all the others.
fn rendered(page: &Page, base: &str) -> Response {
    let links = PAGES.iter().map(|other| {
        let here = if other.name == page.name { " aria-current=\"page\"" } else { "" };
        format!("<a href=\"{}\"{here}>{}</a>", other.name, other.title())
    });
    let links: String = links.collect();
    let mut article = String::new();
    html::push_html(&mut article, Parser::new_ext(page.text, Options::ENABLE_TABLES).map(to_rendered));
    let title = page.title();
    let text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} · {TITLE}</title>\n<base href=\"{base}/docs/\">\n<style>{STYLE}</style>\n\
         <nav><b>{TITLE}</b>{links}</nav>\n<main>{article}</main>\n</html>\n"
    );
    let mut response = public("text/html; charset=utf-8", text);
    let policy =
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    reply::set(&mut response, CONTENT_SECURITY_POLICY, policy);
    response
}

/// Links to other pages lead to the rendered ones.
fn to_rendered(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let page =
                dest_url.strip_suffix(".md").filter(|name| PAGES.iter().any(|page| page.name == *name));
            let dest_url = page.map_or(dest_url.clone(), |name| name.to_owned().into());
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_a_title_and_a_summary_of_one_paragraph() {
        for page in &PAGES {
            assert!(page.text.starts_with("# ") && !page.title().is_empty(), "{}", page.name);
            let summary = page.summary();
            assert!(
                (20..=200).contains(&summary.len()) && !summary.starts_with('#'),
                "{}: {summary}",
                page.name
            );
        }
    }

    #[test]
    fn links_between_pages_lead_somewhere() {
        for page in &PAGES {
            for (_, rest) in page.text.match_indices("](").map(|(at, _)| page.text.split_at(at + 2)) {
                let target = rest.split(')').next().unwrap_or_default();
                let name = target.strip_suffix(".md").unwrap_or_default();
                let known = PAGES.iter().any(|other| other.name == name);
                assert!(known, "{}: {target}", page.name);
            }
        }
    }
}
