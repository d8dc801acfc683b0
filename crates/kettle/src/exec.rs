//! `kettle exec -- COMMAND`: runs an unmodified tool so that it talks to Kettle.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::Result;
use clap::{Arg, ArgAction, ArgMatches, Command};
use engine::Clock;
use proxy::Exec;
use sdk::Client;
use tokio::sync::watch;

use crate::home::{Home, write_url};
use crate::serve::{Up, reachable};
use crate::settings::{self, Settings};

pub(crate) const NAME: &str = "exec";
const COMMAND: &str = "command";
const OFFLINE: &str = "offline";
/// How long a server that may be up is given to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the private server is given to stop.
const STOPPING: Duration = Duration::from_secs(2);

/// The command line of `exec`.
pub(crate) fn command() -> Command {
    let command = Arg::new(COMMAND)
        .value_name("COMMAND")
        .value_parser(clap::value_parser!(OsString))
        .required(true)
        .num_args(1..)
        .trailing_var_arg(true)
        .allow_hyphen_values(true)
        .help("The program to run, with its arguments");
    let offline = Arg::new(OFFLINE)
        .long(OFFLINE)
        .action(ArgAction::SetTrue)
        .help("Refuse connections to all hosts but api.vultr.com");
    Command::new(NAME)
        .about("Run an unmodified tool so that it talks to Kettle")
        .after_help(
            "Uses the server that runs on the data directory; where there is none, one of its own \
             for as long as the command runs, on the same data.\nThe tool's HTTPS_PROXY, \
             certificates and VULTR_API_KEY are set for it; its exit status is passed on.\n\n\
             kettle exec -- terraform apply\nkettle exec --ephemeral -- vultr-cli instance list",
        )
        .args(settings::args())
        .arg(offline)
        .arg(command)
}

/// Runs the command and returns its exit status.
pub(crate) async fn run(args: &ArgMatches) -> Result<ExitCode> {
    let settings = Settings::read(args)?;
    let home = settings.home()?;
    home.make()?;
    let running = match settings.ephemeral {
        true => None,
        false => running(&home).await?,
    };
    let (server, key, private) = match running {
        Some((server, key)) => (server, key, None),
        None => {
            let private = Private::start(settings, &home).await?;
            (private.address, private.key.clone(), Some(private))
        }
    };
    let now = u64::try_from(Clock::system().now()).unwrap_or_default();
    let outcome = proxy::exec(Exec {
        command: args.get_many::<OsString>(COMMAND).into_iter().flatten().cloned().collect(),
        directory: home.path().join("exec"),
        server,
        key,
        offline: args.get_flag(OFFLINE),
        variables: proxy::current_variables(),
        now: UNIX_EPOCH + Duration::from_millis(now),
    })
    .await;
    if let Some(private) = private {
        private.stop().await;
    }
    Ok(match outcome {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::from(error.exit_status())
        }
    })
}

/// The server that runs on this data directory, and its key.
async fn running(home: &Home) -> Result<Option<(SocketAddr, String)>> {
    let Ok(url) = std::fs::read_to_string(home.url_file()) else { return Ok(None) };
    let Some(key) = home.known_key()? else { return Ok(None) };
    let url = url.trim();
    let Some(address) = url.strip_prefix("http://").and_then(|a| a.parse::<SocketAddr>().ok())
    else {
        return Ok(None);
    };
    // A server that was killed leaves the file behind.
    let client = Client::builder(url).attempts(1).timeout(PATIENCE).build()?;
    match client.raw(http::Method::GET, "/_kettle/health", None).await {
        Ok(answer) if answer.status == 200 => Ok(Some((reachable(address), key))),
        _ => Ok(None),
    }
}

/// A server for as long as the command runs.
struct Private {
    address: SocketAddr,
    key: String,
    stop: watch::Sender<bool>,
    running: tokio::task::JoinHandle<()>,
    home: Option<Home>,
}

impl Private {
    async fn start(settings: Settings, home: &Home) -> Result<Self> {
        let home = (!settings.ephemeral).then(|| home.clone());
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let scratch = Home::new(home.as_ref().map(|h| h.path().to_path_buf()).as_ref())?;
        let up = Up::start(settings, &scratch, any).await?;
        // Others on the same data meanwhile find this server instead of a locked database.
        if let Some(home) = &home {
            write_url(&home.url_file(), &up.url())?;
        }
        let (address, key) = (up.address, up.key.text.clone());
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(up.server.run(stopped));
        Ok(Self { address, key, stop, running, home })
    }

    async fn stop(self) {
        if let Some(home) = &self.home {
            // Gone already: either way nobody finds it.
            let _ = std::fs::remove_file(home.url_file());
        }
        self.stop.send_replace(true);
        if tokio::time::timeout(STOPPING, self.running).await.is_err() {
            tracing::warn!("the server did not stop in time");
        }
    }
}
