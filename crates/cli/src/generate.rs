//! `filmgate generate`: one film from a prompt, start to finish. It speaks to a server over HTTP like any client; when
//! none is named it starts one of its own in a temporary folder and speaks to that in the same way.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use filmgate_contract::catalogue::Catalogue;
use serde_json::json;

use crate::config::{Config, Sources};
use crate::film_request::{self, Asked};
use crate::progress::Progress;
use crate::remote::{Remote, ServerArgs, Told};
use crate::running::Running;
use crate::trouble::Trouble;
use crate::{compose, doors, output, stop};

/// Make a film from a prompt
#[derive(Args, Debug)]
pub(crate) struct GenerateArgs {
    #[command(flatten)]
    asked: Asked,
    /// Where the MP4 goes [default: the prompt's first words and the id, in this folder]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print JSON, and no progress
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgs,
}

/// Runs the command.
pub(crate) fn run(args: &GenerateArgs) -> Result<(), Trouble> {
    if let Some(folder) =
        args.output.as_deref().and_then(Path::parent).filter(|path| !path.as_os_str().is_empty())
        && !folder.is_dir()
    {
        return Err(Trouble::new(format!(
            "the folder {} does not exist; create it or change -o",
            folder.display()
        )));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime =
        runtime.map_err(|why| Trouble::new(format!("the program's threads cannot be started: {why}")))?;
    runtime.block_on(async {
        if args.server.server.is_some() {
            let request = args.asked.body(&Catalogue::builtin())?;
            return make(args, &args.server.remote()?, &request).await;
        }
        let (embedded, remote, catalogue) = embedded().await?;
        let request = args.asked.known_to(&catalogue).and_then(|()| args.asked.body(&catalogue));
        let made = match request {
            Ok(request) => make(args, &remote, &request).await,
            Err(trouble) => Err(trouble),
        };
        embedded.server.stop().await;
        made
    })
}

/// A server of our own. Its folder goes when it is dropped.
struct Embedded {
    server: Running,
    _folder: tempfile::TempDir,
}

async fn embedded() -> Result<(Embedded, Remote, Catalogue), Trouble> {
    let folder = tempfile::Builder::new().prefix("filmgate-").tempdir();
    let folder =
        folder.map_err(|why| Trouble::new(format!("no temporary folder can be made: {why}; set TMPDIR")))?;
    let set = Sources::default().load()?.config;
    let config = Config {
        listen: std::net::SocketAddr::from(([127, 0, 0, 1], 0)),
        public_url: None,
        base_paths: vec!["/".to_owned()],
        data: folder.path().to_owned(),
        body_bytes: crate::config::value::Bytes(film_request::LARGEST_BODY),
        http_loops: crate::config::value::Count::Exactly(1),
        ..set
    };
    let doors = doors::system();
    let house = compose::house(&config, &doors)?;
    let key = filmgate_gateway::keys::new_secret(&*doors.entropy);
    compose::keep_key(house.gateway.store(), &doors, &key, "generate").await?;
    let catalogue = house.catalogue.clone();
    let server = Running::start(&config, house)?;
    let remote = Remote::new(&format!("http://{}", server.address), key)?;
    Ok((Embedded { server, _folder: folder }, remote, catalogue))
}

/// Creates the task, waits for it, fetches the film. Ctrl-C cancels the task.
async fn make(args: &GenerateArgs, remote: &Remote, request: &film_request::Body) -> Result<(), Trouble> {
    let mut interrupt = stop::Signals::listen()?;
    let mut progress = Progress::new(args.json);
    let task = tokio::select! {
        created = remote.create(request.route, &request.json) => created?,
        () = interrupt.next() => return Err(Trouble::interrupted("stopped before the task was acknowledged")),
    };
    let ended = tokio::select! {
        ended = watch(remote, task.clone(), &mut progress) => ended,
        () = interrupt.next() => Err(cancel(remote, &task.id).await),
    };
    let made = match ended {
        Ok(told) if told.status == "completed" => keep(args, remote, &told, &mut progress).await,
        Ok(told) => Err(Trouble::new(told.failure())),
        Err(trouble) => Err(trouble),
    };
    progress.clear();
    let made = made?;
    if args.json {
        return output::json(&json!({
            "id": made.told.id, "path": made.path, "bytes": made.bytes, "actualDuration": made.told.actual_duration,
            "result": made.told.whole,
        }));
    }
    let seconds = made.told.actual_duration.unwrap_or_default();
    let megabytes = made.bytes as f64 / 1e6;
    output::text(format!("{}  {megabytes:.1} MB  {seconds} s\n", made.path.display()))
}

/// Follows `task` to its end.
pub(crate) async fn watch(remote: &Remote, mut task: Told, progress: &mut Progress) -> Result<Told, Trouble> {
    while !task.is_final() {
        progress.show(if task.status == "queued" { "waiting" } else { "rendering" }, task.progress);
        task = remote.wait(task).await?;
    }
    Ok(task)
}

async fn cancel(remote: &Remote, id: &str) -> Trouble {
    match remote.end(id).await {
        Ok(_) => Trouble::interrupted(format!("canceled {id}")),
        Err(why) => Trouble::interrupted(format!("{id} could not be canceled: {why}")),
    }
}

struct Made {
    told: Told,
    path: PathBuf,
    bytes: u64,
}

/// Downloads beside the place and moves the film there whole.
async fn keep(
    args: &GenerateArgs,
    remote: &Remote,
    told: &Told,
    progress: &mut Progress,
) -> Result<Made, Trouble> {
    progress.show("downloading", 0);
    let link = told.video_url.as_deref().ok_or_else(|| Trouble::new("the film's link has expired"))?;
    let path =
        args.output.clone().unwrap_or_else(|| film_request::file_name(&args.asked.prompt, &told.id).into());
    let wrong = |why: std::io::Error| Trouble::new(format!("{} cannot be written: {why}", path.display()));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file =
        tempfile::Builder::new().prefix(".filmgate-").suffix(".part").tempfile_in(folder).map_err(wrong)?;
    let bytes = remote.download(link, |piece| file.write_all(piece).map_err(wrong)).await?;
    file.as_file().sync_all().map_err(wrong)?;
    // A temporary file is its owner's alone; a film is made for showing.
    let rights = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    file.as_file().set_permissions(rights).map_err(wrong)?;
    file.persist(&path).map_err(|why| wrong(why.error))?;
    Ok(Made { told: told.clone(), path, bytes })
}
