//! The encoder's C interface: the one file of the workspace with `unsafe` in it.
//!
//! It wraps the life of one openh264 encoder (create, initialise, encode, uninitialise, destroy) and promises its safe
//! face that pointers never outlive a call. It knows nothing of settings, parameter sets or samples.

#![allow(unsafe_code, reason = "openh264 is C++ behind a C vtable; no safe encoder comes near its speed")]

use std::ffi::c_int;
use std::ptr::{self, NonNull};

use openh264_sys2::source::APILoader;
use openh264_sys2::{
    ENCODER_OPTION_SVC_ENCODE_PARAM_EXT, ENCODER_OPTION_TRACE_LEVEL, EVideoFrameType, ISVCEncoder,
    ISVCEncoderVtbl, SEncParamExt, SFrameBSInfo, SSourcePicture, WELS_LOG_QUIET, videoFormatI420,
};

use crate::frame::Frame;

/// An initialised encoder object of the C++ library.
pub(super) struct Native {
    object: NonNull<ISVCEncoder>,
    /// What the last call wrote; large, so it is kept instead of being cleared for every frame.
    answer: Box<SFrameBSInfo>,
}

// SAFETY: the object has no thread affinity: it is configured for one thread (`iMultipleThreadIdc = 1`), keeps its state
// in its own heap, uses no thread-local storage, and every call needs `&mut self`.
unsafe impl Send for Native {}

/// Why the library refused: its own return code, or that it gave no object or no such function.
pub(super) type Code = c_int;

const NO_OBJECT: Code = -1;

impl Native {
    /// Creates an encoder; `configure` gets the library's defaults and changes them.
    pub(super) fn open(configure: impl FnOnce(&mut SEncParamExt)) -> Result<Self, Code> {
        let mut raw: *mut ISVCEncoder = ptr::null_mut();
        // SAFETY: `raw` is a valid place for one pointer; the library writes either null or a live object to it.
        let code = unsafe { APILoader::WelsCreateSVCEncoder(&raw mut raw) };
        let object = NonNull::new(raw).ok_or(if code == 0 { NO_OBJECT } else { code })?;
        let native = Self { object, answer: Box::default() };

        let mut quiet = WELS_LOG_QUIET;
        let set_option = native.vtable().SetOption.ok_or(NO_OBJECT)?;
        // SAFETY: the object is live, and this option reads one int through the pointer during the call.
        unsafe { set_option(raw, ENCODER_OPTION_TRACE_LEVEL, (&raw mut quiet).cast()) };

        let params = native.params(configure)?;
        let initialize = native.vtable().InitializeExt.ok_or(NO_OBJECT)?;
        // SAFETY: the object is live; the library copies the parameters during the call.
        check(unsafe { initialize(raw, &raw const params) })?;
        Ok(native)
    }

    /// Changes the parameters for the frames to come; `configure` gets the library's defaults again.
    pub(super) fn adjust(&mut self, configure: impl FnOnce(&mut SEncParamExt)) -> Result<(), Code> {
        let mut params = self.params(configure)?;
        let set_option = self.vtable().SetOption.ok_or(NO_OBJECT)?;
        let object = self.object.as_ptr();
        // SAFETY: the object is live, and this option reads one parameter block through the pointer during the call.
        check(unsafe { set_option(object, ENCODER_OPTION_SVC_ENCODE_PARAM_EXT, (&raw mut params).cast()) })
    }

    fn params(&self, configure: impl FnOnce(&mut SEncParamExt)) -> Result<SEncParamExt, Code> {
        let mut params = SEncParamExt::default();
        let defaults = self.vtable().GetDefaultParams.ok_or(NO_OBJECT)?;
        // SAFETY: the object is live and `params` is a valid, exclusive place for one parameter block.
        check(unsafe { defaults(self.object.as_ptr(), &raw mut params) })?;
        configure(&mut params);
        Ok(params)
    }

    /// Encodes one frame of the configured size and hands every NAL unit (with its start code) to `each_nal`.
    ///
    /// `None` when the planes of the frame do not fit its size. The caller checks that the size is the configured one;
    /// the library checks it again.
    pub(super) fn encode(
        &mut self,
        frame: &Frame,
        millis: i64,
        mut each_nal: impl FnMut(&[u8]),
    ) -> Option<Result<EVideoFrameType, Code>> {
        if !frame.is_whole() {
            return None;
        }
        let (luma, chroma) = (frame.width as c_int, frame.width as c_int / 2);
        let picture = SSourcePicture {
            iColorFormat: videoFormatI420,
            iStride: [luma, chroma, chroma, 0],
            pData: [
                frame.y.as_ptr().cast_mut(),
                frame.u.as_ptr().cast_mut(),
                frame.v.as_ptr().cast_mut(),
                ptr::null_mut(),
            ],
            iPicWidth: frame.width as c_int,
            iPicHeight: frame.height as c_int,
            uiTimeStamp: millis,
            ..SSourcePicture::default()
        };
        let Some(encode_frame) = self.vtable().EncodeFrame else { return Some(Err(NO_OBJECT)) };
        // SAFETY: the object is live and initialised; `is_whole` proved that each plane holds stride * rows bytes; the
        // library only reads the planes (every filter that would write is off) and keeps no pointer after the call.
        let code = unsafe { encode_frame(self.object.as_ptr(), &raw const picture, &raw mut *self.answer) };
        if let Err(code) = check(code) {
            return Some(Err(code));
        }
        let layers = usize::try_from(self.answer.iLayerNum).unwrap_or(0);
        for layer in self.answer.sLayerInfo.iter().take(layers) {
            let mut at = 0;
            for index in 0..usize::try_from(layer.iNalCount).unwrap_or(0) {
                // SAFETY: the library wrote `iNalCount` lengths, and they lie back to back in `pBsBuf`; both buffers
                // belong to the live object and stay untouched until the next call, which needs `&mut self`.
                let nal = unsafe {
                    let len = usize::try_from(*layer.pNalLengthInByte.add(index)).unwrap_or(0);
                    std::slice::from_raw_parts(layer.pBsBuf.add(at), len)
                };
                at += nal.len();
                each_nal(nal);
            }
        }
        Some(Ok(self.answer.eFrameType))
    }

    fn vtable(&self) -> &ISVCEncoderVtbl {
        // SAFETY: a live object starts with a pointer to its function table, which is static.
        unsafe { &**self.object.as_ptr() }
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        if let Some(uninitialize) = self.vtable().Uninitialize {
            // SAFETY: the object is live; uninitialising one that never was initialised is allowed by the library.
            unsafe { uninitialize(self.object.as_ptr()) };
        }
        // SAFETY: the object came from WelsCreateSVCEncoder and is destroyed exactly once, here.
        unsafe { APILoader::WelsDestroySVCEncoder(self.object.as_ptr()) };
    }
}

/// The library's release as it reports it, for example `(2, 7, 0)`.
#[cfg(test)]
pub(super) fn version() -> (u32, u32, u32) {
    // SAFETY: the call takes nothing and returns a plain value.
    let version = unsafe { APILoader::WelsGetCodecVersion() };
    (version.uMajor, version.uMinor, version.uRevision)
}

fn check(code: Code) -> Result<(), Code> {
    if code == 0 { Ok(()) } else { Err(code) }
}
