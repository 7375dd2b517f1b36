//! Frames become H.264: High profile, CABAC, fixed quantisers, one thread.
//!
//! One [`Encoder`] makes one closed group of pictures: its first frame is an IDR, every other one refers backwards, and
//! nothing is dropped or filtered. Groups are independent, so a film is encoded as many short groups in parallel and the
//! samples are simply put one after the other: with equal [`Settings`] every encoder writes the same parameter sets, and
//! the same frames give the same bytes, whatever the number of threads. There is no rate control and there are no B frames; a caller
//! who needs a smaller file encodes the group again with a higher `qp`.

mod ffi;

use openh264_sys2 as sys;

use crate::frame::Frame;

/// Which encoder is compiled in, for example `openh264 2.7.0 with assembler`.
pub const BUILD: &str = env!("FILMGATE_H264_BUILD");

/// Frames come in layers: the quantiser of every eighth is finer by five, as those behind it are made from it; the fourth,
/// every second and all others are coarser step by step. The file gets smaller for the same likeness than with equal frames, and no
/// decoder notices: references still go backwards only.
const LAYERS: i32 = 4;

/// How much finer still the first frame of a group is.
const FINER_FIRST: u8 = 4;

/// What the encoder makes of its frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Pixels a row, even, at least 16.
    pub width: u32,
    /// Rows, even, at least 16.
    pub height: u32,
    /// Frames a second, 1–60.
    pub fps: u32,
    /// Quantiser of the coarsest frames, 1 (large, fine) to 51 (small, coarse); 28–30 looks good.
    pub qp: u8,
    /// Choose among ways to code a block by how alike the result is rather than by a cheap guess: finer, and slower where
    /// much moves.
    pub thorough: bool,
}

/// One encoded frame, as an MP4 stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// NAL units, each behind its length in four bytes, big end first; parameter sets are left out.
    pub data: Vec<u8>,
    /// True for an IDR frame: decoding can start here.
    pub keyframe: bool,
}

/// The stream's headers, without start codes; an MP4 keeps them once, beside the samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterSets {
    /// Sequence parameter set.
    pub sps: Vec<u8>,
    /// Picture parameter set.
    pub pps: Vec<u8>,
}

/// Why a frame could not be encoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The settings are outside what the encoder can do.
    #[error("cannot encode {width}x{height} at {fps} frames a second with qp {qp}: {why}")]
    Settings {
        /// As asked.
        width: u32,
        /// As asked.
        height: u32,
        /// As asked.
        fps: u32,
        /// As asked.
        qp: u8,
        /// Which limit it breaks.
        why: &'static str,
    },
    /// The frame has another size than the settings, or planes of the wrong length.
    #[error(
        "the frame is {width}x{height}, but the encoder was set up for {want_width}x{want_height} in whole planes"
    )]
    Frame {
        /// The frame's.
        width: u32,
        /// The frame's.
        height: u32,
        /// The encoder's.
        want_width: u32,
        /// The encoder's.
        want_height: u32,
    },
    /// The encoder library failed; a bug or no memory left, since inputs were checked before.
    #[error("the H.264 encoder failed with code {code}")]
    Library {
        /// The library's own code.
        code: i32,
    },
}

/// An encoder for one group of pictures.
pub struct Encoder {
    native: ffi::Native,
    settings: Settings,
    frames: i64,
    parameter_sets: Option<ParameterSets>,
    /// Bytes of the last sample: a good guess for the next one's room.
    last_len: usize,
}

impl Encoder {
    /// Sets an encoder up; its first frame will be an IDR.
    pub fn new(settings: &Settings) -> Result<Self, EncodeError> {
        let level = level_for(settings)?;
        let first = Settings { qp: settings.qp.saturating_sub(FINER_FIRST).max(1), ..*settings };
        let native = ffi::Native::open(|params| configure(params, &first, level))
            .map_err(|code| EncodeError::Library { code })?;
        Ok(Self { native, settings: *settings, frames: 0, parameter_sets: None, last_len: 64 * 1024 })
    }

    /// Encodes the next frame. The planes are read in place.
    pub fn encode(&mut self, frame: &Frame) -> Result<Sample, EncodeError> {
        let Settings { width, height, fps, .. } = self.settings;
        let mismatch = EncodeError::Frame {
            width: frame.width,
            height: frame.height,
            want_width: width,
            want_height: height,
        };
        if (frame.width, frame.height) != (width, height) {
            return Err(mismatch);
        }
        let mut data = Vec::with_capacity(self.last_len + self.last_len / 2);
        let (mut sps, mut pps) = (None, None);
        if self.frames == 1 {
            let (settings, level) = (self.settings, level_for(&self.settings)?);
            self.native
                .adjust(|params| configure(params, &settings, level))
                .map_err(|code| EncodeError::Library { code })?;
        }
        let millis = self.frames * 1000 / i64::from(fps);
        let kind = self
            .native
            .encode(frame, millis, |nal| match strip_start_code(nal) {
                [] => {}
                set @ [head, ..] if head & 31 == 7 => sps = Some(set.to_vec()),
                set @ [head, ..] if head & 31 == 8 => pps = Some(set.to_vec()),
                unit => {
                    data.extend_from_slice(&(unit.len() as u32).to_be_bytes());
                    data.extend_from_slice(unit);
                }
            })
            .ok_or(mismatch)?
            .map_err(|code| EncodeError::Library { code })?;
        if data.is_empty() {
            return Err(EncodeError::Library { code: kind });
        }
        if let (Some(sps), Some(pps)) = (sps, pps) {
            self.parameter_sets = Some(ParameterSets { sps, pps });
        }
        self.frames += 1;
        self.last_len = data.len();
        Ok(Sample { data, keyframe: kind == sys::videoFrameTypeIDR })
    }

    /// The stream's headers: known after the first frame, and the same for every encoder with equal settings.
    pub fn parameter_sets(&self) -> Option<&ParameterSets> {
        self.parameter_sets.as_ref()
    }
}

/// Fixed quantiser, every filter and every guess of the library off: what goes in is what is coded.
fn configure(params: &mut sys::SEncParamExt, settings: &Settings, level: sys::ELevelIdc) {
    params.iUsageType = sys::CAMERA_VIDEO_REAL_TIME;
    params.iPicWidth = settings.width as i32;
    params.iPicHeight = settings.height as i32;
    params.fMaxFrameRate = settings.fps as f32;
    params.iRCMode = sys::RC_OFF_MODE;
    params.iMinQp = 0;
    params.iMaxQp = 51;
    params.iComplexityMode = if settings.thorough { sys::MEDIUM_COMPLEXITY } else { sys::LOW_COMPLEXITY };
    params.iEntropyCodingModeFlag = 1;
    params.uiIntraPeriod = 0;
    params.iNumRefFrame = 1;
    params.iMultipleThreadIdc = 1;
    params.bUseLoadBalancing = false;
    params.eSpsPpsIdStrategy = sys::CONSTANT_ID;
    params.bEnableFrameSkip = false;
    params.bEnableSceneChangeDetect = false;
    params.bEnableBackgroundDetection = false;
    params.bEnableAdaptiveQuant = false;
    params.bEnableDenoise = false;
    params.bEnableLongTermReference = false;
    params.iSpatialLayerNum = 1;
    params.iTemporalLayerNum = LAYERS;

    let layer = &mut params.sSpatialLayers[0];
    layer.iVideoWidth = settings.width as i32;
    layer.iVideoHeight = settings.height as i32;
    layer.fFrameRate = settings.fps as f32;
    layer.iDLayerQp = i32::from(settings.qp);
    layer.uiProfileIdc = sys::PRO_HIGH;
    layer.uiLevelIdc = level;
    layer.sSliceArgument.uiSliceMode = sys::SM_SINGLE_SLICE;
    layer.bVideoSignalTypePresent = true;
    layer.uiVideoFormat = 5; // unspecified source format
    layer.bFullRange = false;
    layer.bColorDescriptionPresent = true;
    layer.uiColorPrimaries = sys::CP_BT709 as u8;
    layer.uiTransferCharacteristics = sys::TRC_BT709 as u8;
    layer.uiColorMatrix = sys::CM_BT709 as u8;
    layer.bAspectRatioPresent = true;
    layer.eAspectRatio = sys::ASP_1x1;
}

/// The lowest level from 3.1 upwards whose limits (macroblocks a frame, macroblocks a second) hold the film.
fn level_for(settings: &Settings) -> Result<sys::ELevelIdc, EncodeError> {
    const LEVELS: [(u32, u32, sys::ELevelIdc); 6] = [
        (3_600, 108_000, sys::LEVEL_3_1),
        (5_120, 216_000, sys::LEVEL_3_2),
        (8_192, 245_760, sys::LEVEL_4_0),
        (8_704, 522_240, sys::LEVEL_4_2),
        (22_080, 589_824, sys::LEVEL_5_0),
        (36_864, 2_073_600, sys::LEVEL_5_2),
    ];
    let Settings { width, height, fps, qp, .. } = *settings;
    let refuse = |why| Err(EncodeError::Settings { width, height, fps, qp, why });
    if !width.is_multiple_of(2) || !height.is_multiple_of(2) {
        return refuse("both sides must be even");
    }
    if !(16..=4096).contains(&width) || !(16..=4096).contains(&height) {
        return refuse("both sides must be 16 to 4096 pixels");
    }
    if !(1..=60).contains(&fps) {
        return refuse("the frame rate must be 1 to 60");
    }
    if !(1..=51).contains(&qp) {
        return refuse("the quantiser must be 1 to 51");
    }
    let blocks = width.div_ceil(16) * height.div_ceil(16);
    match LEVELS.iter().find(|(frame, second, _)| blocks <= *frame && blocks * fps <= *second) {
        Some((_, _, level)) => Ok(*level),
        None => refuse("no level of H.264 allows that many pixels a second"),
    }
}

/// A NAL unit without its `00 00 01` or `00 00 00 01`.
fn strip_start_code(nal: &[u8]) -> &[u8] {
    let zeros = nal.iter().take_while(|&&byte| byte == 0).count();
    match nal.get(zeros) {
        Some(1) if zeros >= 2 => &nal[zeros + 1..],
        _ => nal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_build_names_the_release_that_is_linked() {
        let (major, minor, revision) = ffi::version();
        assert!(BUILD.starts_with(&format!("openh264 {major}.{minor}.{revision} with")), "{BUILD}");
    }

    #[test]
    fn levels_grow_with_size_and_speed() {
        let level = |width, height, fps| level_for(&Settings { width, height, fps, qp: 26, thorough: false });
        assert_eq!(level(1280, 720, 30), Ok(sys::LEVEL_3_1));
        assert_eq!(level(720, 1280, 24), Ok(sys::LEVEL_3_1));
        assert_eq!(level(960, 960, 30), Ok(sys::LEVEL_3_1));
        assert_eq!(level(1280, 720, 60), Ok(sys::LEVEL_3_2));
        assert_eq!(level(1920, 1080, 30), Ok(sys::LEVEL_4_0));
        assert!(level(4096, 4096, 60).is_err());
    }

    #[test]
    fn impossible_settings_say_which_limit_they_break() {
        let refused = |width, height, fps, qp| {
            Encoder::new(&Settings { width, height, fps, qp, thorough: false })
                .err()
                .map(|error| error.to_string())
        };
        assert!(refused(1281, 720, 24, 26).is_some_and(|text| text.ends_with("both sides must be even")));
        assert!(refused(8, 8, 24, 26).is_some_and(|text| text.ends_with("16 to 4096 pixels")));
        assert!(refused(64, 64, 0, 26).is_some_and(|text| text.ends_with("1 to 60")));
        assert!(refused(64, 64, 24, 52).is_some_and(|text| text.ends_with("1 to 51")));
    }

    #[test]
    fn start_codes_are_stripped_and_nothing_else() {
        assert_eq!(strip_start_code(&[0, 0, 0, 1, 0x67, 0]), &[0x67, 0]);
        assert_eq!(strip_start_code(&[0, 0, 1, 0x68]), &[0x68]);
        assert_eq!(strip_start_code(&[0x65, 1]), &[0x65, 1]);
    }
}
