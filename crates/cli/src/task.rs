//! `filmgate task`: tasks of a running server, over HTTP like any client.

use clap::{Args, Subcommand, ValueEnum};
use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::well_formed;
use serde_json::Value;

use crate::generate::watch;
use crate::output;
use crate::progress::Progress;
use crate::remote::{Remote, ServerArgs, Told};
use crate::trouble::Trouble;

/// List, follow and cancel tasks of a server
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
    },
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
                let page = remote.list(&query.into_iter().flatten().collect::<Vec<_>>()).await?;
                if args.json { output::json(&page) } else { list(&page) }
            }
            Verb::Show { id } => show(&remote.read(checked(id)?).await?, args.json),
            Verb::Watch { id } => follow(&remote, checked(id)?, args.json).await,
            Verb::Cancel { id } => cancel(&remote, checked(id)?, args.json).await,
        }
    })
}

/// An id that may stand in a path.
fn checked(id: &str) -> Result<&str, Trouble> {
    well_formed(id)
        .then_some(id)
        .ok_or_else(|| Trouble::usage(format!("`{id}` is no task id; see `filmgate task list`")))
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
    output::text(output::table(["id", "model", "status", "created", "error"], rows))?;
    match page["next_cursor"].as_str() {
        Some(next) => output::text(format!("\nMore: --after {next}\n")),
        None => Ok(()),
    }
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
