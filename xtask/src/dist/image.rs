//! The OCI image: one layer with the program and nothing else, as an archive that podman, docker,
//! skopeo and the like load. No engine is needed to make it.

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::archive::{self, Entry};

/// Nobody's number: the program needs no rights.
const USER: u64 = 65532;
const PORT: u16 = 8787;

/// What the image is made of.
pub struct Image<'a> {
    /// The program, without a need for anything else.
    pub program: &'a [u8],
    /// Its version.
    pub version: &'a str,
    /// What it runs on, in Rust's words: `x86_64`.
    pub architecture: &'a str,
    /// How old all that is in it is said to be, in seconds since 1970.
    pub time: u64,
}

/// A file of the image, named after what is in it.
struct Blob {
    digest: String,
    data: Vec<u8>,
}

impl Blob {
    fn new(data: Vec<u8>) -> Self {
        Self { digest: archive::sha256(&data), data }
    }

    fn json(value: &Value) -> Self {
        Self::new(value.to_string().into_bytes())
    }

    fn descriptor(&self, kind: &str) -> Value {
        json!({
            "mediaType": format!("application/vnd.oci.image.{kind}"),
            "digest": format!("sha256:{}", self.digest),
            "size": self.data.len(),
        })
    }

    fn path(&self) -> String {
        format!("blobs/sha256/{}", self.digest)
    }
}

impl Image<'_> {
    /// The archive.
    ///
    /// # Errors
    /// When no image can say what the program runs on.
    pub fn archive(&self) -> Result<Vec<u8>> {
        let files = archive::tar(&self.files(), self.time)?;
        let layer = Blob::new(archive::gzip(&files)?);
        let config = Blob::json(&self.config(&archive::sha256(&files))?);
        let manifest = Blob::json(&json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": config.descriptor("config.v1+json"),
            "layers": [layer.descriptor("layer.v1.tar+gzip")],
        }));
        let name = format!("localhost/kettle:{}", self.version);
        let mut described = manifest.descriptor("manifest.v1+json");
        described["annotations"] = json!({
            "io.containerd.image.name": name,
            "org.opencontainers.image.ref.name": self.version,
        });
        let index = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [described],
        });
        // What `docker load` reads where it knows no OCI images.
        let docker = json!([
            {"Config": config.path(), "RepoTags": [name], "Layers": [layer.path()]}
        ]);
        let mut entries = vec![
            Entry::text("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()),
            Entry::text("index.json", index.to_string().into_bytes()),
            Entry::text("manifest.json", docker.to_string().into_bytes()),
            Entry::directory("blobs", 0o755, 0),
            Entry::directory("blobs/sha256", 0o755, 0),
        ];
        let mut blobs = [manifest, config, layer];
        blobs.sort_by(|a, b| a.digest.cmp(&b.digest));
        entries.extend(blobs.into_iter().map(|blob| Entry::text(blob.path(), blob.data)));
        archive::tar(&entries, self.time)
    }

    fn files(&self) -> [Entry; 3] {
        [
            // A new volume takes its owner from here.
            Entry::directory("data", 0o700, USER),
            Entry::program("kettle", self.program.to_vec()),
            Entry::directory("tmp", 0o1777, 0),
        ]
    }

    fn config(&self, layer: &str) -> Result<Value> {
        let architecture = match self.architecture {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => bail!("it is not written down how images call {other}"),
        };
        let seconds = i64::try_from(self.time)?;
        let created = jiff::Timestamp::from_second(seconds)?.to_string();
        Ok(json!({
            "created": created,
            "architecture": architecture,
            "os": "linux",
            "config": {
                "User": format!("{USER}:{USER}"),
                "ExposedPorts": {format!("{PORT}/tcp"): {}},
                // So that `docker exec NAME kettle instance list` finds the program, the server and its key.
                "Env": ["PATH=/", "HOME=/data", "XDG_DATA_HOME=/data"],
                "Entrypoint": ["/kettle"],
                "Cmd": ["serve", "--listen", format!("0.0.0.0:{PORT}")],
                "Volumes": {"/data": {}},
                "WorkingDir": "/data",
                "StopSignal": "SIGTERM",
                "Labels": {
                    "org.opencontainers.image.title": "kettle",
                    "org.opencontainers.image.description": "The Vultr API on a machine of your own",
                    "org.opencontainers.image.version": self.version,
                    "org.opencontainers.image.licenses": env!("CARGO_PKG_LICENSE"),
                },
            },
            "rootfs": {"type": "layers", "diff_ids": [format!("sha256:{layer}")]},
            "history": [{"created": created, "created_by": "cargo xtask dist"}],
        }))
    }
}
