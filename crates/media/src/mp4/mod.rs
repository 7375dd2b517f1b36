//! Samples become one MP4 file.
//!
//! The file is *faststart* (everything a player must know stands before the pictures), exact (the film, its video track
//! and its sound all last `frames / fps` to the tick; the AAC delay is hidden by an edit list) and byte-stable (no date,
//! no random id: the same samples give the same bytes). It says of itself that it was made by an algorithm: an XMP packet
//! carries the IPTC digital source type. Video and sound alternate every half second, so a player can start while it loads.
//!
//! Deliberately absent: fragments, B frames, more than one track of a kind, files that are not built in memory.

mod boxes;
mod moov;
mod plan;

use crate::aac;
use crate::h264::{ParameterSets, Sample};

use boxes::{Out, boxed};
use plan::{Plan, Run};

/// Everything that goes into the file.
#[derive(Clone, Debug)]
pub struct Movie {
    /// Pixels a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Frames a second, at least 1.
    pub fps: u32,
    /// One sample a frame, in order; those of several encoders with equal settings may simply follow each other.
    pub video: Vec<Sample>,
    /// From any of the encoders.
    pub parameter_sets: ParameterSets,
    /// What is heard. It is cut where the film ends; if it is shorter, the rest is silent.
    pub audio: Option<aac::Track>,
    /// What file managers and players show.
    pub tags: Tags,
}

/// Texts in the file; an empty one is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// The film's name.
    pub title: String,
    /// Anything worth saying about it.
    pub comment: String,
    /// The program that made it.
    pub encoder: String,
}

/// The identity of an XMP packet in an ISO media file.
const XMP_UUID: [u8; 16] =
    [0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8, 0x9C, 0x71, 0x99, 0x94, 0x91, 0xE3, 0xAF, 0xAC];

/// Says in IPTC's vocabulary that no camera and no generative model made the pictures.
const XMP: &str = concat!(
    "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>",
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">",
    "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">",
    "<rdf:Description rdf:about=\"\" xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\" ",
    "Iptc4xmpExt:DigitalSourceType=\"http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia\"/>",
    "</rdf:RDF></x:xmpmeta><?xpacket end=\"r\"?>"
);

impl Movie {
    /// Length of the film in milliseconds, rounded to the nearest.
    pub fn duration_ms(&self) -> u64 {
        let fps = u64::from(self.fps.max(1));
        (self.video.len() as u64 * 1000 + fps / 2) / fps
    }

    /// The finished file.
    pub fn write(&self) -> Vec<u8> {
        let plan = Plan::new(self);
        let mut head = Vec::new();
        boxed(&mut head, *b"ftyp", |out| {
            out.extend_from_slice(b"isom\0\0\x02\0isomiso2avc1mp41");
        });
        let mut provenance = Vec::new();
        boxed(&mut provenance, *b"uuid", |out| {
            out.extend_from_slice(&XMP_UUID);
            out.extend_from_slice(XMP.as_bytes());
        });

        // The movie header holds the places of the samples, which depend on its own length: so it is built twice.
        let header_len = moov::build(self, &plan, 0).len();
        let mdat_header = if plan.wide() { 16 } else { 8 };
        let base = head.len() + header_len + provenance.len() + mdat_header;
        let mut out = Vec::with_capacity(base + plan.payload as usize);
        out.append(&mut head);
        out.append(&mut moov::build(self, &plan, base as u64));
        out.append(&mut provenance);
        if plan.wide() {
            out.u32(1);
            out.extend_from_slice(b"mdat");
            out.u64(plan.payload + 16);
        } else {
            out.u32(plan.payload as u32 + 8);
            out.extend_from_slice(b"mdat");
        }
        self.write_samples(&plan, &mut out);
        out
    }

    fn write_samples(&self, plan: &Plan, out: &mut Vec<u8>) {
        let sound = self.audio.as_ref().map_or(&[][..], |track| &track.frames);
        for run in &plan.runs {
            match run {
                Run::Video(frames) => {
                    for sample in &self.video[frames.clone()] {
                        out.extend_from_slice(&sample.data);
                    }
                }
                Run::Audio(frames) => {
                    for frame in &sound[frames.clone()] {
                        out.extend_from_slice(frame);
                    }
                }
            }
        }
    }
}
