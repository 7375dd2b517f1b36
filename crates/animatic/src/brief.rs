//! What is asked for and what comes back.

use std::path::PathBuf;

/// The frame rate of every film.
pub const FPS: u32 = 24;

/// An order for a film.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brief {
    /// What the film shows, in English or Chinese.
    pub prompt: String,
    /// Pixels, even, 64..=2160.
    pub width: u32,
    /// Pixels, even, 64..=2160.
    pub height: u32,
    /// Length in seconds, 1..=60.
    pub seconds: u32,
    /// Same brief and seed, same bytes.
    pub seed: u64,
    /// What else the film is to follow.
    pub guidance: Guidance,
}

/// Reference media a film follows besides its prompt. Files are read when the render starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guidance {
    /// The prompt alone.
    Text,
    /// A picture that fills the frame and is brought to life.
    Image(PathBuf),
    /// The exact first and last frame; the film leads from one to the other.
    Frames {
        /// Shown by the first frame.
        first: PathBuf,
        /// Shown by the last frame.
        last: PathBuf,
    },
    /// Pictures and videos that are cut together with the scene of the prompt.
    References {
        /// Still pictures, in order.
        images: Vec<PathBuf>,
        /// Videos, in order, after the pictures.
        videos: Vec<PathBuf>,
    },
}

/// A finished film.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Film {
    /// A complete MP4 file: H.264 and AAC, index first.
    pub mp4: Vec<u8>,
    /// How many frames it has: seconds × 24.
    pub frames: u32,
    /// Frames per second: 24.
    pub fps: u32,
    /// Length of picture and sound, milliseconds.
    pub duration_ms: u64,
}

/// Why there is no film.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// A reference could not be used. Nothing will help but another file.
    #[error("reference {index}: {why}")]
    Reference {
        /// Which one, counted from zero: the image; first, last; or all images and then all videos.
        index: usize,
        /// What is wrong with it.
        why: String,
    },
    /// Somebody asked to stop.
    #[error("the render was cancelled")]
    Canceled,
    /// A fault of ours, or a brief outside its limits.
    #[error("the renderer failed: {0}")]
    Internal(String),
}

impl Brief {
    /// Frames of the finished film.
    pub fn frames(&self) -> u32 {
        self.seconds * FPS
    }

    /// Checks the limits the fields state.
    pub(crate) fn check(&self) -> Result<(), RenderError> {
        for (name, pixels) in [("width", self.width), ("height", self.height)] {
            if !(64..=2160).contains(&pixels) || pixels % 2 != 0 {
                let text = format!("{name} is {pixels}; it must be even and between 64 and 2160");
                return Err(RenderError::Internal(text));
            }
        }
        if !(1..=60).contains(&self.seconds) {
            let text = format!("seconds is {}; it must be between 1 and 60", self.seconds);
            return Err(RenderError::Internal(text));
        }
        Ok(())
    }
}
