//! One face for four decoders. Each is young, so each stays behind this file.
//!
//! Before a decoder sees a header that sets a picture size, that size is compared with the limit (AV1's does so itself): a
//! file of a few bytes must not make anyone allocate gigabytes. Nor may a packet: it yields few pictures.

use std::collections::VecDeque;

use rusty_av1d::{PixelLayout, PlanarImageComponent, Rav1dError};
use rusty_h264_common::nal::emulation_unprevent;

use super::reorder::Reorder;
use crate::container::{Codec, Packet, Stream};
use crate::frame::Frame;

/// Why a decoder stopped.
#[derive(Debug)]
pub(super) enum Fault {
    /// The codec, or the part of it that is used, by name.
    Unsupported(String),
    TooLarge {
        found: u64,
        most: u64,
    },
    Damaged(String),
}

pub(super) enum Decoder {
    H264(Box<H264>),
    Hevc(Box<Hevc>),
    Vp9(Box<Vp9>),
    Av1(Box<Av1>),
}

impl Decoder {
    pub(super) fn new(stream: &Stream, max_pixels: u64) -> Result<Self, Fault> {
        Ok(match &stream.codec {
            Codec::H264 => Self::H264(Box::new(H264::new(stream, max_pixels)?)),
            Codec::Hevc => Self::Hevc(Box::new(Hevc::new(stream, max_pixels)?)),
            Codec::Vp9 => Self::Vp9(Box::new(Vp9 {
                inner: rusty_vp9::Vp9Decoder::new(),
                max_pixels,
                ready: VecDeque::new(),
            })),
            Codec::Av1 => Self::Av1(Box::new(Av1::new(stream, max_pixels)?)),
            Codec::Other(name) => return Err(Fault::Unsupported(name.clone())),
        })
    }

    /// Decodes one packet.
    pub(super) fn push(&mut self, data: &[u8], packet: Packet) -> Result<(), Fault> {
        match self {
            Self::H264(decoder) => decoder.push(data, packet),
            Self::Hevc(decoder) => decoder.push(data, packet),
            Self::Vp9(decoder) => decoder.push(data, packet),
            Self::Av1(decoder) => decoder.push(data, packet),
        }
    }

    /// Tells the decoder that there are no more packets.
    pub(super) fn flush(&mut self) -> Result<(), Fault> {
        match self {
            Self::Hevc(decoder) => decoder.flush(),
            Self::H264(_) | Self::Vp9(_) | Self::Av1(_) => Ok(()),
        }
    }

    /// The next picture in the order of showing, if it is known already, and its time in microseconds.
    pub(super) fn ready(&mut self) -> Option<(Frame, i64)> {
        match self {
            Self::H264(decoder) => decoder.reorder.pop(),
            Self::Hevc(decoder) => decoder.ready.pop_front(),
            Self::Vp9(decoder) => decoder.ready.pop_front(),
            Self::Av1(decoder) => decoder.ready.pop_front(),
        }
    }
}

fn check_pixels(width: usize, height: usize, most: u64) -> Result<(), Fault> {
    let found = width as u64 * height as u64;
    // The coded size may exceed the shown one by a block each way.
    if found <= most + 64 * (width + height) as u64 { Ok(()) } else { Err(Fault::TooLarge { found, most }) }
}

/// Splits a sample into NAL units, each behind its length in `length_size` bytes.
fn units(mut data: &[u8], length_size: usize) -> impl Iterator<Item = Result<&[u8], Fault>> {
    std::iter::from_fn(move || {
        if data.is_empty() {
            return None;
        }
        let unit = data.split_at_checked(length_size).and_then(|(length, rest)| {
            let length = length.iter().fold(0, |value, byte| value << 8 | usize::from(*byte));
            rest.split_at_checked(length)
        });
        let Some((unit, rest)) = unit else {
            data = &[];
            return Some(Err(Fault::Damaged("a picture is longer than its sample".into())));
        };
        data = rest;
        Some(Ok(unit))
    })
}

/// A frame from planes without padding; odd sizes grow by repeating the last column or row.
fn frame(width: usize, height: usize, planes: [&[u8]; 3]) -> Result<Frame, Fault> {
    let (chroma_w, chroma_h) = (width.div_ceil(2), height.div_ceil(2));
    let short =
        planes[0].len() < width * height || planes[1..].iter().any(|plane| plane.len() < chroma_w * chroma_h);
    if short || width == 0 || height == 0 {
        return Err(Fault::Damaged("a picture has no samples".into()));
    }
    let luma = if width.is_multiple_of(2) {
        planes[0][..width * height].to_vec()
    } else {
        planes[0]
            .chunks_exact(width)
            .take(height)
            .flat_map(|row| row.iter().chain(row.last()))
            .copied()
            .collect()
    };
    let mut frame = Frame {
        width: 2 * chroma_w as u32,
        height: 2 * chroma_h as u32,
        y: luma,
        u: planes[1][..chroma_w * chroma_h].to_vec(),
        v: planes[2][..chroma_w * chroma_h].to_vec(),
    };
    if !height.is_multiple_of(2) {
        frame.y.extend_from_within((height - 1) * 2 * chroma_w..);
    }
    Ok(frame)
}

/// H.264: one picture a packet, in decoding order; the container's times put them right.
pub(super) struct H264 {
    inner: rusty_h264_decoder::Decoder,
    length_size: usize,
    max_pixels: u64,
    reorder: Reorder,
    /// The packet in the form the decoder reads, kept for its room.
    annex_b: Vec<u8>,
}

impl H264 {
    fn new(stream: &Stream, max_pixels: u64) -> Result<Self, Fault> {
        let config = &stream.config;
        let torn = || Fault::Damaged("its H.264 set-up is torn".into());
        let mut decoder = Self {
            inner: rusty_h264_decoder::Decoder::new(),
            length_size: usize::from(config.get(4).ok_or_else(torn)? & 3) + 1,
            max_pixels,
            reorder: Reorder::new(&stream.packets),
            annex_b: Vec::new(),
        };
        let mut rest = &config[5..];
        for mask in [31, 255] {
            let (count, mut sets) = rest.split_first().ok_or_else(torn)?;
            for _ in 0..count & mask {
                let (length, behind) = sets.split_at_checked(2).ok_or_else(torn)?;
                let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
                let (set, behind) = behind.split_at_checked(length).ok_or_else(torn)?;
                decoder.append(set)?;
                sets = behind;
            }
            rest = sets;
        }
        decoder.decode()?;
        Ok(decoder)
    }

    fn append(&mut self, unit: &[u8]) -> Result<(), Fault> {
        if let [head, payload @ ..] = unit
            && head & 31 == 7
        {
            let sps = rusty_h264_decoder::Sps::parse(&emulation_unprevent(payload)).map_err(h264_fault)?;
            check_pixels(sps.coded_width(), sps.coded_height(), self.max_pixels)?;
        }
        self.annex_b.extend_from_slice(&[0, 0, 0, 1]);
        self.annex_b.extend_from_slice(unit);
        Ok(())
    }

    fn decode(&mut self) -> Result<Option<Frame>, Fault> {
        let decoded = self.inner.decode(&self.annex_b).map_err(h264_fault)?;
        decoded.map(|yuv| frame(yuv.width, yuv.height, [&yuv.y, &yuv.u, &yuv.v])).transpose()
    }

    fn push(&mut self, data: &[u8], packet: Packet) -> Result<(), Fault> {
        self.annex_b.clear();
        for unit in units(data, self.length_size) {
            self.append(unit?)?;
        }
        let frame = self.decode()?.filter(|_| packet.shown);
        if self.reorder.push(packet.pts, frame) {
            Ok(())
        } else {
            Err(Fault::Damaged("its times put too many pictures out of order".into()))
        }
    }
}

fn h264_fault(error: rusty_h264_decoder::DecodeError) -> Fault {
    match error {
        rusty_h264_decoder::DecodeError::Unsupported(what) => {
            Fault::Unsupported(format!("H.264 with {what}"))
        }
        other => Fault::Damaged(other.to_string()),
    }
}

/// Pictures a packet may set free at most: as many as HEVC lets a decoder hold back.
const MOST_HELD: usize = 16;

/// HEVC: the decoder orders its pictures by itself.
pub(super) struct Hevc {
    inner: rusty_h265::Decoder,
    length_size: usize,
    max_pixels: u64,
    /// Packets that are decoded but not shown, by time.
    hidden: Vec<i64>,
    ready: VecDeque<(Frame, i64)>,
}

impl Hevc {
    fn new(stream: &Stream, max_pixels: u64) -> Result<Self, Fault> {
        let config = &stream.config;
        let torn = || Fault::Damaged("its HEVC set-up is torn".into());
        let mut decoder = Self {
            inner: rusty_h265::Decoder::new(),
            length_size: usize::from(config.get(21).ok_or_else(torn)? & 3) + 1,
            max_pixels,
            hidden: Vec::new(),
            ready: VecDeque::new(),
        };
        let (arrays, mut rest) = config[22..].split_first().ok_or_else(torn)?;
        for _ in 0..*arrays {
            let (head, behind) = rest.split_at_checked(3).ok_or_else(torn)?;
            rest = behind;
            for _ in 0..u16::from_be_bytes([head[1], head[2]]) {
                let (length, behind) = rest.split_at_checked(2).ok_or_else(torn)?;
                let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
                let (set, behind) = behind.split_at_checked(length).ok_or_else(torn)?;
                decoder.unit(set, None)?;
                rest = behind;
            }
        }
        Ok(decoder)
    }

    fn unit(&mut self, unit: &[u8], pts: Option<i64>) -> Result<(), Fault> {
        if let [head, _, payload @ ..] = unit
            && head >> 1 & 63 == 33
        {
            let sps =
                rusty_h265::ps::parse_sps(&rusty_h265::nal::unescape(payload).data).map_err(hevc_fault)?;
            check_pixels(sps.width as usize, sps.height as usize, self.max_pixels)?;
        }
        self.inner.push_nal(unit, pts).map_err(hevc_fault)
    }

    fn push(&mut self, data: &[u8], packet: Packet) -> Result<(), Fault> {
        if !packet.shown {
            self.hidden.push(packet.pts);
        }
        for unit in units(data, self.length_size) {
            self.unit(unit?, Some(packet.pts))?;
            self.drain()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Fault> {
        self.inner.flush();
        self.drain()
    }

    fn drain(&mut self) -> Result<(), Fault> {
        while let Ok(output) = self.inner.next_frame() {
            let picture = &output.picture;
            let depth = picture.bit_depth_luma.max(picture.bit_depth_chroma);
            if depth != 8 || picture.chroma_format_idc != 1 {
                let chroma = ["4:0:0", "4:2:0", "4:2:2", "4:4:4"];
                let chroma = chroma.get(usize::from(picture.chroma_format_idc)).unwrap_or(&"odd chroma");
                return Err(Fault::Unsupported(format!("HEVC with {depth} bits, {chroma}")));
            }
            let pts = output.pts.unwrap_or(0);
            if self.hidden.contains(&pts) {
                continue;
            }
            let mut planes = Vec::new();
            output.write_yuv(&mut planes);
            let luma = output.width * output.height;
            let chroma = output.width.div_ceil(2) * output.height.div_ceil(2);
            let (y, rest) = planes.split_at(luma.min(planes.len()));
            let (u, v) = rest.split_at(chroma.min(rest.len()));
            self.ready.push_back((frame(output.width, output.height, [y, u, v])?, pts));
            if self.ready.len() > MOST_HELD {
                return Err(Fault::Damaged("a packet holds too many pictures".into()));
            }
        }
        Ok(())
    }
}

fn hevc_fault(error: rusty_h265::Error) -> Fault {
    match error {
        rusty_h265::Error::Unsupported(what) => Fault::Unsupported(format!("HEVC with {what}")),
        other => Fault::Damaged(other.to_string()),
    }
}

/// VP9: at most one picture a packet, in the order of showing.
pub(super) struct Vp9 {
    inner: rusty_vp9::Vp9Decoder,
    max_pixels: u64,
    ready: VecDeque<(Frame, i64)>,
}

impl Vp9 {
    fn push(&mut self, data: &[u8], packet: Packet) -> Result<(), Fault> {
        self.check_header(data)?;
        self.inner.push(data, Some(packet.pts)).map_err(vp9_fault)?;
        loop {
            let output = match self.inner.next_frame() {
                Ok(output) => output,
                // Also said of a hidden picture: ask until the queue is empty, which a second `Again` shows.
                Err(rusty_vp9::Error::Again) => match self.inner.next_frame() {
                    Ok(output) => output,
                    Err(rusty_vp9::Error::Again) => return Ok(()),
                    Err(error) => return Err(vp9_fault(error)),
                },
                Err(error) => return Err(vp9_fault(error)),
            };
            if output.bit_depth != 8 || (output.subsampling_x, output.subsampling_y) != (1, 1) {
                return Err(Fault::Unsupported(format!(
                    "VP9 with {} bits or without 4:2:0",
                    output.bit_depth
                )));
            }
            let [y, u, v] = output.planes.as_slice() else {
                return Err(Fault::Damaged("a picture has no planes".into()));
            };
            if packet.shown {
                let picture = frame(output.width as usize, output.height as usize, [y, u, v])?;
                self.ready.push_back((picture, packet.pts));
            }
        }
    }

    /// Refuses a packet in which any picture's own header sets a size beyond the limit.
    fn check_header(&self, data: &[u8]) -> Result<(), Fault> {
        for start in starts(data) {
            let mut bits = rusty_vp9::BitReader::new(&data[start..]);
            // What does not parse sets no size; the decoder will say what is wrong with it.
            if let Ok(header) = rusty_vp9::parse_uncompressed_header(&mut bits, &[(0, 0); 8]) {
                check_pixels(header.width as usize, header.height as usize, self.max_pixels)?;
            }
        }
        Ok(())
    }
}

/// Where the pictures of a VP9 packet begin: at its start and, if it ends with an index, where the index says.
fn starts(data: &[u8]) -> Vec<usize> {
    let mut starts = vec![0];
    let Some(marker) = data.last().copied().filter(|marker| marker & 0xE0 == 0xC0) else { return starts };
    let (count, width) = (usize::from(marker & 7) + 1, usize::from(marker >> 3 & 3) + 1);
    let Some(index) = data.len().checked_sub(2 + count * width) else { return starts };
    if data[index] != marker {
        return starts;
    }
    let mut at = 0_usize;
    for size in data[index + 1..data.len() - 1].chunks_exact(width) {
        at += size.iter().rev().fold(0, |value, byte| value << 8 | usize::from(*byte));
        if at < data.len() {
            starts.push(at);
        }
    }
    starts
}

fn vp9_fault(error: rusty_vp9::Error) -> Fault {
    match error {
        rusty_vp9::Error::Unsupported(what) => Fault::Unsupported(format!("VP9 with {what}")),
        other => Fault::Damaged(other.to_string()),
    }
}

/// AV1: at most one picture a packet, in the order of showing.
pub(super) struct Av1 {
    inner: rusty_av1d::Decoder,
    max_pixels: u64,
    ready: VecDeque<(Frame, i64)>,
}

impl Av1 {
    fn new(stream: &Stream, max_pixels: u64) -> Result<Self, Fault> {
        let mut settings = rusty_av1d::Settings::new();
        settings.set_n_threads(1);
        settings.set_max_frame_delay(1);
        settings.set_all_layers(false);
        settings.set_frame_size_limit(u32::try_from(max_pixels).unwrap_or(u32::MAX));
        let inner = rusty_av1d::Decoder::with_settings(&settings)
            .map_err(|error| Fault::Damaged(error.to_string()))?;
        let mut decoder = Self { inner, max_pixels, ready: VecDeque::new() };
        // Four bytes that describe, then the headers that hold for every packet.
        if let Some(headers) = stream.config.get(4..).filter(|headers| !headers.is_empty()) {
            decoder.send(headers, None)?;
        }
        Ok(decoder)
    }

    fn push(&mut self, data: &[u8], packet: Packet) -> Result<(), Fault> {
        self.send(data, Some(packet))
    }

    /// Hands data over and takes every picture that comes of it; what is not shown is dropped.
    fn send(&mut self, data: &[u8], packet: Option<Packet>) -> Result<(), Fault> {
        if data.is_empty() {
            return Ok(());
        }
        let mut many = 0;
        let mut taken = self.inner.send_data(data.into(), None, packet.map(|packet| packet.pts), None);
        loop {
            match taken {
                Ok(()) | Err(Rav1dError::TryAgain) => {}
                Err(error) => return Err(self.fault(error)),
            }
            let before = many;
            loop {
                match self.inner.get_picture() {
                    Ok(_) if many > 0 => {
                        return Err(Fault::Damaged("a packet holds more than one picture".into()));
                    }
                    Ok(picture) => self.keep(&picture, packet)?,
                    Err(Rav1dError::TryAgain) => break,
                    Err(error) => return Err(self.fault(error)),
                }
                many += 1;
            }
            if taken.is_ok() {
                return Ok(());
            }
            if many == before {
                return Err(Fault::Damaged("a packet holds no picture".into()));
            }
            taken = self.inner.send_pending_data();
        }
    }

    fn keep(&mut self, picture: &rusty_av1d::Picture, packet: Option<Packet>) -> Result<(), Fault> {
        if picture.bit_depth() != 8 || picture.pixel_layout() != PixelLayout::I420 {
            let layout = match picture.pixel_layout() {
                PixelLayout::I400 => "4:0:0",
                PixelLayout::I420 => "4:2:0",
                PixelLayout::I422 => "4:2:2",
                PixelLayout::I444 => "4:4:4",
            };
            return Err(Fault::Unsupported(format!("AV1 with {} bits, {layout}", picture.bit_depth())));
        }
        let Some(packet) = packet.filter(|packet| packet.shown) else { return Ok(()) };
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let plane = |component, width: usize, height: usize| {
            let (plane, stride) = (picture.plane(component), picture.stride(component) as usize);
            let rows = plane.chunks(stride.max(1)).take(height);
            rows.filter_map(|row| row.get(..width)).flatten().copied().collect::<Vec<u8>>()
        };
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        let y = plane(PlanarImageComponent::Y, width, height);
        let u = plane(PlanarImageComponent::U, half_width, half_height);
        let v = plane(PlanarImageComponent::V, half_width, half_height);
        self.ready.push_back((frame(width, height, [&y, &u, &v])?, packet.pts));
        Ok(())
    }

    fn fault(&self, error: Rav1dError) -> Fault {
        match error {
            Rav1dError::OutOfRange => {
                Fault::Damaged(format!("a picture has more than {} pixels", self.max_pixels))
            }
            Rav1dError::UnsupportedBitstream => Fault::Unsupported("AV1 of a rare kind".into()),
            other => Fault::Damaged(other.to_string()),
        }
    }
}
