//! How an MP4 is read and written, and what reference media turn out to be.
//!
//! Two directions meet in one picture format, [`frame::Frame`] (I420, 8 bit, BT.709 limited range):
//!
//! - **out**: [`h264`] compresses frames, [`aac`] compresses sound, [`mp4`] puts both into one faststart file;
//! - **in**: [`probe`] says from the bytes what a medium is, [`picture`] decodes still images, [`reader`] decodes films.
//!
//! [`cut`] ends a film early by its index alone.
//!
//! Everything here is pure computation: the same input gives the same bytes, nothing is fetched, no clock is read, no
//! thread is started. Bytes from outside meet only memory-safe decoders, with caps on pixels and frames; the one piece
//! of foreign C++, the encoder, sees only our own frames.

pub mod aac;
mod container;
pub mod cut;
pub mod frame;
pub mod h264;
pub mod mp4;
pub mod picture;
pub mod probe;
pub mod reader;
