//! What is drawn by chance, in one place: from the system, or from a seed, so that the same requests
//! draw the same.

/// Numbers that follow from a seed and from what they are for. Whoever knows the seed knows them all.
#[derive(Debug, Clone)]
pub(crate) struct Stream([u64; 2]);

impl Stream {
    /// The numbers for this.
    pub(crate) fn of(seed: u64, purpose: &[&[u8]]) -> Self {
        // FNV-1a over each part with its length, from two beginnings: 128 bits tell streams apart.
        let mut state = [0xcbf2_9ce4_8422_2325 ^ seed, 0x6c62_272e_07bb_0142 ^ !seed];
        for part in purpose {
            let length = part.len().to_le_bytes();
            for byte in length.iter().chain(*part) {
                for word in &mut state {
                    *word = (*word ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
                }
                state[1] = state[1].rotate_left(23);
            }
        }
        Self(state)
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        let [a, b] = &mut self.0;
        *a = a.wrapping_add(0x9e37_79b9_7f4a_7c15);
        *b = b.wrapping_add(0xd1b5_4a32_d192_ed03) | 1;
        mixed(*a) ^ mixed(b.rotate_left(32)).rotate_left(29)
    }

    /// The next number, from 0 up to, but not including, 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The finish of SplitMix64: each bit depends on all.
fn mixed(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
