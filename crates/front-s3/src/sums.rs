//! Checksums that clients send or ask for: `x-amz-checksum-*`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::Checksum as _;
use serde::{Deserialize, Serialize};

use crate::fault::{Result, fault};

/// A way to sum up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Way {
    Crc32,
    Crc32c,
    Crc64nvme,
    Sha1,
    Sha256,
}

impl Way {
    const ALL: [Self; 5] = [Self::Crc32, Self::Crc32c, Self::Crc64nvme, Self::Sha1, Self::Sha256];

    /// The way of this name, as `x-amz-checksum-algorithm` has it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name().eq_ignore_ascii_case(name))
    }

    /// Its name, as `x-amz-checksum-algorithm` has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    /// The header that its sums come in.
    pub(crate) fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
        }
    }

    /// How many bytes its sums have.
    fn size(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64nvme => 8,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

/// Sums in base64, one for a way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sums(pub(crate) Vec<(Way, String)>);

impl Sums {
    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The sum of this way.
    pub(crate) fn get(&self, way: Way) -> Option<String> {
        self.0.iter().find(|(other, _)| *other == way).map(|(_, sum)| sum.clone())
    }

    /// The first way that there is a sum of.
    pub(crate) fn way(&self) -> Option<Way> {
        self.0.first().map(|(way, _)| *way)
    }

    /// What headers say: those of the request and, once the body is read, those after it.
    pub(crate) fn said(headers: &http::HeaderMap) -> Result<Self> {
        let mut said = Vec::new();
        for way in Way::ALL {
            let Some(value) = headers.get(way.header()) else { continue };
            let sum = value.to_str().unwrap_or_default().trim();
            // A sum of the sums of parts may be told with their number.
            let bare = sum.split('-').next().unwrap_or_default();
            let sound = STANDARD.decode(bare).is_ok_and(|bytes| bytes.len() == way.size());
            if !sound {
                return Err(fault!(BadDigest, "Value for {} header is invalid.", way.header()));
            }
            said.push((way, sum.to_owned()));
        }
        Ok(Self(said))
    }

    /// Refuses a content whose sums are not those that were said.
    pub(crate) fn check(&self, said: &Self) -> Result<()> {
        for (way, sum) in &said.0 {
            if self.get(*way).is_some_and(|ours| ours != *sum) {
                return Err(fault!(
                    BadDigest,
                    "The {} you specified did not match the calculated checksum.",
                    way.name()
                ));
            }
        }
        Ok(())
    }
}

/// Sums a content up while it passes.
#[derive(Default)]
pub(crate) struct Hasher(ChecksumHasher);

impl Hasher {
    /// One for these ways.
    pub(crate) fn new(ways: impl IntoIterator<Item = Way>) -> Self {
        let mut hasher = ChecksumHasher::default();
        for way in ways {
            match way {
                Way::Crc32 => hasher.crc32 = Some(s3s::crypto::Crc32::new()),
                Way::Crc32c => hasher.crc32c = Some(s3s::crypto::Crc32c::new()),
                Way::Crc64nvme => hasher.crc64nvme = Some(s3s::crypto::Crc64Nvme::new()),
                Way::Sha1 => hasher.sha1 = Some(s3s::crypto::Sha1::new()),
                Way::Sha256 => hasher.sha256 = Some(s3s::crypto::Sha256::new()),
            }
        }
        Self(hasher)
    }

    /// Takes more of it.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// What it comes to.
    pub(crate) fn finish(self) -> Sums {
        let sums = self.0.finalize();
        let all = [
            (Way::Crc32, sums.checksum_crc32),
            (Way::Crc32c, sums.checksum_crc32c),
            (Way::Crc64nvme, sums.checksum_crc64nvme),
            (Way::Sha1, sums.checksum_sha1),
            (Way::Sha256, sums.checksum_sha256),
        ];
        Sums(all.into_iter().filter_map(|(way, sum)| Some((way, sum?))).collect())
    }
}
