//! AN ENGINE THAT IS A FILE.
//!
//! Every upstream over HTTP is this one engine with another [`Description`]. A job is fitted to what the upstream can do
//! ([`abilities`]), its words are filled into the file's templates ([`language`], [`names`]), written as JSON or a form
//! ([`body`]), sent ([`wire`]), and the answer is read by the file's paths ([`answer`]) or becomes one of the errors that
//! say what to do ([`verdict`]). The [`shipped`] files are compiled in.
//!
//! Deliberately absent: code for one vendor. What a file cannot say is added to the language for all of them.

pub mod abilities;
mod answer;
mod body;
pub mod description;
mod language;
mod media;
mod names;
pub mod shipped;
mod verdict;
mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use filmgate_domain::clock::Clock;
use filmgate_domain::failure::{Failure, FailureCode};
use filmgate_domain::request::VideoRequest;
use filmgate_domain::translation::Change;
use url::Url;

use self::abilities::Abilities;
use self::answer::Answer;
use self::body::Body;
use self::description::{Class, Description, Method, Stage};
use self::language::{Node, Template};
use self::names::{Handle, Names, Order};
use self::wire::{Request, Wire, WireError};
use crate::address::Policy;
use crate::port::{Dedupe, Engine, EngineError, Film, Job, Pace, Progress};

/// What the configuration says of an upstream.
#[derive(Clone, Default)]
pub struct Settings {
    /// What the configuration calls it, for logs and counts.
    pub name: String,
    /// Where it is; the file's place without it.
    pub base_url: Option<String>,
    /// What it calls the model; the file's word without it.
    pub model: Option<String>,
    /// What it is shown.
    pub secret: Option<String>,
    /// What it can do, where the file says otherwise or nothing.
    pub can: Abilities,
    /// The file's options that are set.
    pub options: BTreeMap<String, String>,
    /// Private addresses its films may be at, besides its own.
    pub policy: Policy,
}

/// An upstream that speaks as a file says.
pub struct Remote {
    name: String,
    description: Description,
    can: Abilities,
    model: String,
    options: BTreeMap<String, String>,
    wire: Wire,
}

impl Remote {
    /// The upstream that `description` and `settings` make; or which setting is wrong.
    pub fn new(description: Description, settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, String> {
        let base =
            settings.base_url.or_else(|| description.base_url.clone()).ok_or("`base_url` is missing")?;
        let base = Url::parse(&base).map_err(|why| format!("`base_url` is no URL: {why}"))?;
        if !matches!(base.scheme(), "http" | "https") || base.host().is_none() || base.query().is_some() {
            return Err("`base_url` must be an http or https URL without a query".to_owned());
        }
        let mut options = description.options.clone();
        for (name, value) in settings.options {
            let Some(slot) = options.get_mut(&name) else {
                let known: Vec<_> = options.into_keys().collect();
                return Err(format!("`options` has `{name}`; this engine has: {}", known.join(", ")));
            };
            *slot = value;
        }
        settings.can.check()?;
        let can = description.can.clone().with(settings.can);
        let description = Description { can: can.clone(), ..description };
        let model = settings.model.or_else(|| description.model.clone()).unwrap_or_default();
        let wire = Wire::new(base, description.auth.clone(), settings.secret, settings.policy, clock);
        Ok(Self { name: settings.name, description, can, model, options, wire })
    }

    fn names<'a>(&'a self, order: Option<&'a Order<'a>>, handle: Option<&'a Handle>) -> Names<'a> {
        Names {
            description: &self.description,
            model: &self.model,
            options: &self.options,
            order,
            handle,
            found: None,
        }
    }

    /// A request with the file's headers and query; nothing when a name in its path has no value.
    fn request(
        &self,
        names: &Names<'_>,
        method: Method,
        path: &Template,
        body: Option<Body>,
    ) -> Result<Request, EngineError> {
        let target = path.text(names).ok_or_else(|| misfit("a path of its file has no value here"))?;
        if target.contains("..") || target.contains(char::is_whitespace) {
            return Err(misfit("a path became one that may not be asked for"));
        }
        let texts = |templates: &BTreeMap<String, Template>| {
            let text = |(name, template): (&String, &Template)| Some((name.clone(), template.text(names)?));
            templates.iter().filter_map(text).collect::<Vec<_>>()
        };
        let (headers, query) = (texts(&self.description.headers), texts(&self.description.query));
        Ok(Request { method, target, query, headers, body })
    }

    /// The request that hands over `order`, and the name of the route it takes.
    fn handover(&self, order: &Order<'_>) -> Result<(Request, String), EngineError> {
        let names = self.names(Some(order), None);
        let open = |route: &&description::Route| {
            route.when.as_ref().is_none_or(|when| when.holds_of(&language::plain(&names)))
        };
        let route =
            self.description.routes.iter().find(open).ok_or_else(|| misfit("no route of its file fits"))?;
        let made = route.body.make(&names).ok_or_else(|| misfit("the body of its file is empty"))?;
        let boundary = format!("filmgate-{}", order.job.attempt);
        let body = Body::new(&made, route.encoding, &boundary);
        let mut request = self.request(&names, Method::Post, &route.path, Some(body))?;
        let own = route.headers.iter().filter_map(|(name, value)| Some((name.clone(), value.text(&names)?)));
        request.headers.extend(own);
        let own = route.query.iter().filter_map(|(name, value)| Some((name.clone(), value.text(&names)?)));
        request.query.extend(own);
        Ok((request, route.name.clone()))
    }

    /// The handle in an answer that took a job.
    fn accepted(&self, answer: &Answer, route: &str) -> Option<String> {
        let accept = &self.description.accept;
        let kept =
            accept.keep.iter().filter_map(|(name, path)| Some((name.clone(), path.text(&answer.value)?)));
        Handle { id: accept.id.text(&answer.value)?, route: route.to_owned(), kept: kept.collect() }.write()
    }

    /// Asks how a job stands. What says that it failed is an error already.
    async fn look(&self, handle: &Handle) -> Result<Answer, EngineError> {
        let names = self.names(None, Some(handle));
        let poll = &self.description.poll;
        let request = self.request(&names, poll.method, &poll.path, body_of(poll.body.as_ref(), &names))?;
        let answer = self.wire.ask(request).await.map_err(|why| retry(&why))?;
        self.judged(answer, Stage::Poll)
    }

    /// `answer` if it is a success that can be read.
    fn judged(&self, answer: Answer, stage: Stage) -> Result<Answer, EngineError> {
        if let Some(class) = verdict::class(&self.description, &answer, stage) {
            return Err(verdict::error(class, &answer, stage));
        }
        if answer.readable { Ok(answer) } else { Err(verdict::error(Class::Uncertain, &answer, stage)) }
    }

    /// How the job stands, as the file reads the answer.
    fn progress(&self, answer: &Answer) -> Result<Progress, EngineError> {
        let poll = &self.description.poll;
        let word = poll.state.text(&answer.value).unwrap_or_default();
        let is = |words: &[String]| words.contains(&word);
        if is(&poll.failed) || poll.failed_when.holds(&answer.value) {
            return Err(verdict::error(Class::Failed, answer, Stage::Poll));
        }
        if is(&poll.done) || poll.done_when.holds(&answer.value) {
            return Ok(Progress::Done);
        }
        if !poll.state.is_empty() && !is(&poll.queued) && !is(&poll.working) {
            metrics::counter!("filmgate_upstream_unknown_words_total", "upstream" => self.name.clone())
                .increment(1);
            tracing::warn!(
                upstream = self.name,
                answer = answer.told(),
                "an upstream says a word for a job's state that is not known; the state stays"
            );
        }
        let part = poll.progress.text(&answer.value).and_then(|part| part.parse::<f64>().ok());
        let percent = part.map_or(0.0, |part| part / poll.progress_of * 100.0).clamp(0.0, 99.0);
        Ok(Progress::Working { percent: percent as u8, after: answer.after })
    }

    /// Where the film is.
    async fn place(&self, handle: &Handle) -> Result<String, EngineError> {
        let names = self.names(None, Some(handle));
        let result = &self.description.result;
        let content = result.content.as_ref().and_then(|path| path.text(&names));
        if let (Some(content), true) = (&content, result.url.is_empty()) {
            return Ok(content.clone());
        }
        let answer = match &result.ask {
            None => self.look(handle).await?,
            Some(path) => {
                let request = self.request(&names, Method::Get, path, None)?;
                let answer = self.wire.ask(request).await.map_err(|why| retry(&why))?;
                self.judged(answer, Stage::Poll)?
            }
        };
        let Some(hop) = &result.hop else {
            let url = result.url.text(&answer.value).filter(|url| url.contains("://") || content.is_none());
            return url.or(content).ok_or_else(|| nowhere(&answer));
        };
        let found = hop.from.text(&answer.value).ok_or_else(|| nowhere(&answer))?;
        let names = Names { found: Some(&found), ..self.names(None, Some(handle)) };
        let request = self.request(&names, Method::Get, &hop.path, None)?;
        let answer = self.wire.ask(request).await.map_err(|why| retry(&why))?;
        let answer = self.judged(answer, Stage::Poll)?;
        hop.url.text(&answer.value).ok_or_else(|| nowhere(&answer))
    }

    /// Tells the upstream something whose answer does not matter.
    async fn tell(&self, call: Option<&description::Call>, handle: &str) {
        let Some(call) = call else { return };
        let handle = Handle::read(handle);
        let names = self.names(None, Some(&handle));
        let Ok(request) = self.request(&names, call.method, &call.path, body_of(call.body.as_ref(), &names))
        else {
            return;
        };
        if let Err(why) = self.wire.ask(request).await {
            tracing::info!(%why, "an upstream could not be told that a job is not wanted");
        }
    }

    async fn hand_over(&self, order: &Order<'_>) -> Result<String, EngineError> {
        let (request, route) = self.handover(order)?;
        let answer = match self.wire.submit(request).await {
            Ok(answer) => answer,
            Err(WireError::NotSent(why)) => return Err(EngineError::Retry { why, after: None }),
            Err(WireError::Broken(why)) => return Err(EngineError::Uncertain { why }),
            Err(WireError::Refused(why)) => return Err(EngineError::Unusable { why }),
        };
        let answer = self.judged(answer, Stage::Submit)?;
        if self.description.accept.refused_when.holds(&answer.value) {
            return Err(verdict::error(Class::Invalid, &answer, Stage::Submit));
        }
        // It says yes and does not say to what.
        let lost = || verdict::error(Class::Uncertain, &answer, Stage::Submit);
        self.accepted(&answer, &route).ok_or_else(lost)
    }
}

#[async_trait]
impl Engine for Remote {
    fn dedupe(&self) -> Dedupe {
        match self.description.dedupe {
            None => Dedupe::None,
            Some(description::Dedupe::Key {}) => Dedupe::Key,
            Some(description::Dedupe::Lookup(_)) => Dedupe::Lookup,
        }
    }

    fn pace(&self) -> Pace {
        let seconds = |seconds: f64| Duration::try_from_secs_f64(seconds).unwrap_or_default();
        Pace { first: seconds(self.description.poll.first), most: seconds(self.description.poll.most) }
    }

    fn fit(&self, request: &VideoRequest) -> Result<Vec<Change>, String> {
        self.can.fit(request).map(|fitted| fitted.changes)
    }

    async fn submit(&self, job: Job) -> Result<String, EngineError> {
        let fitted = self.can.fit(&job.request).map_err(|why| misfit(&why))?;
        let order = Order::new(&job, fitted, &self.description);
        let order = order
            .map_err(|kind| misfit(&format!("a reference {kind} cannot be handed over; set `public_url`")))?;
        self.hand_over(&order).await
    }

    async fn find(&self, job: &Job) -> Result<Option<String>, EngineError> {
        let Some(description::Dedupe::Lookup(path)) = &self.description.dedupe else { return Ok(None) };
        let fitted = self.can.fit(&job.request).map_err(|why| misfit(&why))?;
        let order = Order::new(job, fitted, &self.description)
            .map_err(|_| misfit("a reference cannot be handed over"))?;
        let (_, route) = self.handover(&order)?;
        let on = Handle { route: route.clone(), ..Handle::default() };
        let names = self.names(Some(&order), Some(&on));
        let answer =
            self.wire.ask(self.request(&names, Method::Get, path, None)?).await.map_err(|why| retry(&why))?;
        match self.judged(answer, Stage::Find) {
            Ok(answer) => Ok(self.accepted(&answer, &route)),
            Err(EngineError::Lost) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn poll(&self, handle: &str) -> Result<Progress, EngineError> {
        let answer = self.look(&Handle::read(handle)).await?;
        self.progress(&answer)
    }

    async fn fetch(&self, handle: &str) -> Result<Film, EngineError> {
        let place = self.place(&Handle::read(handle)).await?;
        self.wire.film(&place, self.description.result.credential).await
    }

    async fn cancel(&self, handle: &str) {
        self.tell(self.description.cancel.as_ref(), handle).await;
    }

    async fn forget(&self, handle: &str) {
        self.tell(self.description.forget.as_ref(), handle).await;
    }
}

/// A body of the file that is no job's: small, and of plain values.
fn body_of(node: Option<&Node>, names: &Names<'_>) -> Option<Body> {
    Some(Body::new(&node?.make(names)?, body::Encoding::Json, ""))
}

fn retry(why: &WireError) -> EngineError {
    EngineError::Retry { why: why.to_string(), after: None }
}

/// The upstream cannot be sent this; another may.
fn misfit(why: &str) -> EngineError {
    tracing::warn!(why, "a job does not fit its upstream");
    EngineError::Reject(Failure::new(
        FailureCode::UpstreamRejected,
        "The engine cannot make what was asked for. Nothing was charged; the operator's log says more.",
    ))
}

/// It says that it is done and does not say where the film is.
fn nowhere(answer: &Answer) -> EngineError {
    tracing::warn!(answer = answer.told(), "an upstream is done and names no film");
    EngineError::Reject(Failure::new(
        FailureCode::UpstreamRejected,
        "The engine said the film was made and did not deliver it. Nothing was charged; create the task again.",
    ))
}
