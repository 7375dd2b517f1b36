//! Sound becomes AAC-LC, the one sound format that every player of MP4 knows.
//!
//! Stereo, 48 kHz. The encoder delays everything by [`Track::priming`] samples; the muxer hides that delay with an edit
//! list, so that sample 0 of the input is heard together with frame 0 of the film.

use syom::{EncodeOptions, EncodedFrame, Encoder};

/// The only sample rate, in samples a second.
pub const SAMPLE_RATE: u32 = 48_000;

/// Samples (per channel) in one AAC frame.
pub const FRAME_SAMPLES: u32 = 1024;

/// Encoded sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// Raw access units of [`FRAME_SAMPLES`] samples each.
    pub frames: Vec<Vec<u8>>,
    /// The decoder's set-up (`AudioSpecificConfig`).
    pub config: Vec<u8>,
    /// Samples at the start of the decoded sound that are the encoder's delay and must not be heard.
    pub priming: u32,
    /// Samples (per channel) that were given to the encoder.
    pub samples: u64,
}

/// Why sound could not be encoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AacError {
    /// There is no whole stereo sample in the input.
    #[error("there is no sound to encode: at least one sample for each of the two channels is needed")]
    Empty,
    /// The encoder refused, for example because of its bit rate.
    #[error("the AAC encoder failed: {why}")]
    Library {
        /// In the encoder's words.
        why: String,
    },
}

/// Encodes interleaved stereo samples at 48 kHz; `bitrate` is in bits a second for both channels (128,000 is good).
///
/// Samples beyond -1..=1 are clipped and those that are no numbers become silence. A half sample at the end is ignored.
pub fn encode(pcm: &[f32], bitrate: u32) -> Result<Track, AacError> {
    let refused = |error: syom::AacError| AacError::Library { why: error.to_string() };
    if pcm.len() < 2 {
        return Err(AacError::Empty);
    }
    let options = EncodeOptions::raw().with_bitrate_bps(bitrate).with_lookahead(true);
    let mut encoder = Encoder::new(SAMPLE_RATE, 2, &options).map_err(refused)?;
    let mut frames = Vec::with_capacity(pcm.len() / 2 / FRAME_SAMPLES as usize + 2);
    let mut keep = |frame: EncodedFrame<'_>| {
        frames.push(frame.payload.to_vec());
        Ok(())
    };
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for block in pcm.chunks(2 * FRAME_SAMPLES as usize) {
        left.clear();
        right.clear();
        for pair in block.chunks_exact(2) {
            left.push(clip(pair[0]));
            right.push(clip(pair[1]));
        }
        encoder.feed(&[&left, &right], &mut keep).map_err(refused)?;
    }
    let config = encoder.asc().to_vec();
    let told = encoder.finish(&mut keep).map_err(refused)?;
    Ok(Track { frames, config, priming: told.priming as u32, samples: told.samples })
}

fn clip(sample: f32) -> f32 {
    if sample.is_nan() { 0.0 } else { sample.clamp(-1.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_cover_the_delay_and_the_sound() {
        let track = encode(&vec![0.1; 2 * 48_000], 128_000).unwrap();
        assert_eq!(track.samples, 48_000);
        let decoded = track.frames.len() as u64 * u64::from(FRAME_SAMPLES);
        assert!(decoded >= u64::from(track.priming) + track.samples, "{decoded}");
        assert_eq!(track.config, [0x11, 0x90], "AAC-LC, 48 kHz, two channels");
    }

    #[test]
    fn wild_samples_are_tamed_and_nothing_is_refused_clearly() {
        assert!(encode(&[f32::NAN, 7.0, f32::INFINITY, -3.0], 96_000).is_ok());
        assert_eq!(encode(&[0.5], 96_000), Err(AacError::Empty));
        assert!(encode(&[0.0; 64], 9_000_000).is_err());
    }
}
