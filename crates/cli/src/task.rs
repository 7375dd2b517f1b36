//! `filmgate task`: tasks of a running server, over HTTP like any client.

use clap::{Args, Subcommand, ValueEnum};
use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::well_formed;
use serde_json::{Value, json};

use crate::desk::paged;
use crate::generate::watch;
use crate::output;
use crate::progress::Progress;
use crate::remote::{Remote, ServerArgs, Told};
use crate::trouble::Trouble;

/// List, follow and cancel tasks of a server; for operators, search and settle them
#[derive(Args, Debug)]
pub(crate) struct TaskArgs {
    #[command(subcommand)]
    verb: Verb,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    server: ServerArgs,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List tasks, newest first
    List {
        /// Only tasks with this status
        #[arg(long)]
        status: Option<TaskStatus>,
        /// Only tasks of this model
        #[arg(long, value_name = "NAME")]
        model: Option<String>,
        /// How many at most, 1 to 100
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: u16,
        /// Only tasks older than this one
        #[arg(long, value_name = "ID")]
        after: Option<String>,
    },
    /// Show one task
    Show {
        /// Its id
        id: String,
    },
    /// Follow one task to its end
    Watch {
        /// Its id
        id: String,
    },
    /// Cancel one task that has not ended
    Cancel {
        /// Its id
        id: String,
        /// Why; cancels anybody's task, and leaves an audit line (needs the scope admin)
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Search everybody's tasks (needs the scope admin)
    Search(SearchArgs),
    /// Give a task that runs, or is in doubt, back to the queue (needs the scope admin)
    Requeue {
        /// Its id
        id: String,
        /// Why
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
    },
    /// Say what became of a submit that is in doubt (needs the scope admin)
    Settle {
        /// Its id
        id: String,
        /// The upstream has the job, and calls it so
        #[arg(long, value_name = "HANDLE", required_unless_present = "failed", conflicts_with = "failed")]
        accepted: Option<String>,
        /// It has not
        #[arg(long)]
        failed: bool,
        /// Why
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
    },
}

/// Which tasks.
#[derive(Args, Debug)]
struct SearchArgs {
    /// Only tasks of this account
    #[arg(long, value_name = "ID", value_parser = id)]
    account: Option<String>,
    /// Only tasks that this key made
    #[arg(long, value_name = "ID", value_parser = id, id = "by_key")]
    by_key: Option<String>,
    /// Only tasks of this model
    #[arg(long, value_name = "NAME", value_parser = id)]
    model: Option<String>,
    /// Only tasks with this status; uncertain: nobody knows whether the upstream has the job
    #[arg(long)]
    status: Option<AnyStatus>,
    /// How many at most, 1 to 100
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: u16,
    /// Only tasks older than this one
    #[arg(long, value_name = "ID", value_parser = id)]
    after: Option<String>,
}

impl SearchArgs {
    fn query(&self) -> Vec<(&'static str, String)> {
        let status = self.status.and_then(|status| Some(status.to_possible_value()?.get_name().to_owned()));
        let all = [
            ("account", self.account.clone()),
            ("key", self.by_key.clone()),
            ("model", self.model.clone()),
            ("status", status),
            ("after", self.after.clone()),
            ("limit", Some(self.limit.to_string())),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// The words of the wire, for operators.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum AnyStatus {
    Queued,
    Processing,
    Completed,
    Failed,
    Uncertain,
}

/// The words of the wire.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum TaskStatus {
    Queued,
    Processing,
    Completed,
    Failed,
}

impl TaskStatus {
    const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &TaskArgs) -> Result<(), Trouble> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| Trouble::new(format!("the program cannot be started: {why}")))?;
    let remote = args.server.remote()?;
    runtime.block_on(async {
        match &args.verb {
            Verb::List { status, model, limit, after } => {
                let status = status.map(|status| ("status", status.word().to_owned()));
                let query = [
                    status,
                    model.clone().map(|model| ("model", model)),
                    after.clone().map(|after| ("after", after)),
                    Some(("limit", limit.to_string())),
                ];
                let page = remote.list("/v1/tasks", &query.into_iter().flatten().collect::<Vec<_>>()).await?;
                if args.json { output::json(&page) } else { list(&page) }
            }
            Verb::Show { id } => show(&seen(&remote, checked(id)?).await?, args.json),
            Verb::Watch { id } => follow(&remote, checked(id)?, args.json).await,
            Verb::Cancel { id, reason: None } => cancel(&remote, checked(id)?, args.json).await,
            Verb::Cancel { id, reason: Some(reason) } => {
                let told = remote.overrule(checked(id)?, "cancel", &json!({ "reason": reason })).await?;
                overruled(&told, args.json)
            }
            Verb::Search(filter) => {
                let page = remote.list("/v1/admin/tasks", &filter.query()).await?;
                if args.json { output::json(&page) } else { found(&page) }
            }
            Verb::Requeue { id, reason } => {
                let told = remote.overrule(checked(id)?, "requeue", &json!({ "reason": reason })).await?;
                overruled(&told, args.json)
            }
            Verb::Settle { id, accepted, reason, .. } => {
                let outcome = if accepted.is_some() { "accepted" } else { "failed" };
                let body = json!({ "outcome": outcome, "handle": accepted, "reason": reason });
                overruled(&remote.overrule(checked(id)?, "settle", &body).await?, args.json)
            }
        }
    })
}

/// An id that may stand in a path.
fn checked(id: &str) -> Result<&str, Trouble> {
    well_formed(id)
        .then_some(id)
        .ok_or_else(|| Trouble::usage(format!("`{id}` is no task id; see `filmgate task list`")))
}

/// A value that may stand in a query as it is.
fn id(text: &str) -> Result<String, String> {
    well_formed(text).then(|| text.to_owned()).ok_or_else(|| "letters, digits, `.`, `_` or `-`".to_owned())
}

fn overruled(task: &Value, json: bool) -> Result<(), Trouble> {
    if json {
        return output::json(task);
    }
    let text = |key: &str| task[key].as_str().unwrap_or_default();
    output::text(format!("{} is {}\n", text("id"), text("state")))
}

fn found(page: &Value) -> Result<(), Trouble> {
    let tasks = page["data"].as_array().map(Vec::as_slice).unwrap_or_default();
    let rows = tasks.iter().map(|task| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let standing = [text(&task["state"]), text(&task["step"])].join(" ");
        let upstream = text(&task["attempt"]["upstream"]);
        let (account, model) = (text(&task["account"]), text(&task["model"]));
        let standing = standing.trim_end().to_owned();
        [
            text(&task["id"]),
            account,
            model,
            standing,
            upstream,
            moment(&task["created"]),
            text(&task["error"]),
        ]
    });
    let headings = ["id", "account", "model", "state", "upstream", "created", "error"];
    paged(output::table(headings, rows), page["next_cursor"].as_str())
}

fn list(page: &Value) -> Result<(), Trouble> {
    let tasks = page["data"].as_array().map(Vec::as_slice).unwrap_or_default();
    let rows = tasks.iter().map(|task| {
        let text = |key: &str| task[key].as_str().unwrap_or_default().to_owned();
        let status = match (&*text("status"), task["progress"].as_u64()) {
            ("processing", Some(percent)) => format!("processing {percent} %"),
            (status, _) => status.to_owned(),
        };
        [text("id"), text("model"), status, moment(&task["created"]), text("error")]
    });
    let table = output::table(["id", "model", "status", "created", "error"], rows);
    paged(table, page["next_cursor"].as_str())
}

/// The task as its owner sees it, and to whom may see it what its upstream was sent.
async fn seen(remote: &Remote, id: &str) -> Result<Told, Trouble> {
    let mut told = remote.read(id).await?;
    if let Ok(all) = remote.list(&format!("/v1/admin/tasks/{id}"), &[]).await
        && let (Value::Object(shown), Value::Object(translation)) = (&mut told.whole, &all["translation"])
    {
        shown.insert("upstream".to_owned(), translation["upstream"].clone());
        shown.insert("changes".to_owned(), translation["changes"].clone());
    }
    Ok(told)
}

/// `seconds 5 became 6`.
fn changes(changes: &[Value]) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let told = changes.iter().map(|change| {
        let (field, asked) = (text(&change["field"]), text(&change["asked"]));
        change["sent"].as_str().map_or_else(
            || format!("{field} {asked} was left out"),
            |sent| format!("{field} {asked} became {sent}"),
        )
    });
    let told: Vec<_> = told.collect();
    if told.is_empty() { "none".to_owned() } else { told.join(", ") }
}

fn show(told: &Told, json: bool) -> Result<(), Trouble> {
    if json {
        return output::json(&told.whole);
    }
    let Value::Object(entries) = &told.whole else { return Ok(()) };
    let rows = entries.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| {
        let text = match value {
            Value::Number(_) if matches!(&**name, "created" | "expires_at") => moment(value),
            Value::String(text) => text.clone(),
            Value::Array(list) if name == "changes" => changes(list),
            other => other.to_string(),
        };
        format!("{name:<15} {text}\n")
    });
    output::text(rows.collect::<String>())
}

async fn follow(remote: &Remote, id: &str, json: bool) -> Result<(), Trouble> {
    let mut progress = Progress::new(json);
    let told = watch(remote, remote.read(id).await?, &mut progress).await;
    progress.clear();
    let told = told?;
    show(&told, json)?;
    if told.status == "failed" { Err(Trouble::new(told.failure())) } else { Ok(()) }
}

/// An ended task would be deleted with its film: that is not what was asked for.
async fn cancel(remote: &Remote, id: &str, json: bool) -> Result<(), Trouble> {
    let told = remote.read(id).await?;
    if told.is_final() {
        return Err(Trouble::new(format!("{id} has ended already: it is {}", told.status)));
    }
    let ended = remote.end(id).await?;
    if json { output::json(&ended) } else { output::text(format!("canceled {id}\n")) }
}

fn moment(seconds: &Value) -> String {
    let seconds = seconds.as_i64().unwrap_or_default();
    crate::output::moment(Timestamp::from_millis(seconds.saturating_mul(1000)))
}
