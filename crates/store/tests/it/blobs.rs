//! Bytes: all of them under their name, or none.

use std::io::{ErrorKind, Read};

use bytes::Bytes;
use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::{ArtifactId, TaskId};
use filmgate_domain::media::BlobKey;

use crate::bench::Bench;

const EVER: Timestamp = Timestamp::from_millis(i64::MAX >> 8);

fn film(id: &str) -> BlobKey {
    BlobKey::Artifact(ArtifactId::from_text(id))
}

fn files(bench: &Bench, folder: &str) -> usize {
    std::fs::read_dir(bench.store.blobs().root().join(folder)).unwrap().count()
}

#[tokio::test]
async fn a_blob_stands_under_its_name_once_it_is_whole() {
    let bench = Bench::new().await;
    let blobs = bench.store.blobs();
    let blob = film("film_a");
    let mut writer = blobs.create(&blob).await.unwrap();
    writer.write(Bytes::from_static(b"some ")).await.unwrap();
    writer.write(Bytes::from_static(b"bytes")).await.unwrap();
    assert_eq!(blobs.open(&blob).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(writer.finish().await.unwrap(), 10);
    let mut text = String::new();
    blobs.open(&blob).unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "some bytes");
    assert_eq!(blobs.path(&blob), blobs.root().join("artifacts/film_a.mp4"));
    assert_eq!(files(&bench, "incoming"), 0);
    blobs.delete(&blob).await.unwrap();
    blobs.delete(&blob).await.expect("what is gone is deleted");
    assert_eq!(blobs.open(&blob).unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_blob_that_is_given_up_leaves_nothing() {
    let bench = Bench::new().await;
    let mut writer = bench.store.blobs().create(&film("film_a")).await.unwrap();
    writer.write(Bytes::from_static(b"some")).await.unwrap();
    assert_eq!(files(&bench, "incoming"), 1);
    drop(writer);
    assert_eq!((files(&bench, "incoming"), files(&bench, "artifacts")), (0, 0));
}

#[tokio::test]
async fn what_a_dead_process_left_half_written_is_cleared_at_the_start() {
    let bench = Bench::new().await;
    std::fs::write(bench.store.blobs().root().join("incoming/0123"), "half").unwrap();
    let bench = bench.reopen().await;
    assert_eq!(files(&bench, "incoming"), 0);
}

#[tokio::test]
async fn a_list_names_every_blob_and_nothing_else() {
    let bench = Bench::new().await;
    let blobs = bench.store.blobs();
    let input = BlobKey::Input { task: TaskId::from_text("sora_a.b"), place: 3, tail: "x9".into() };
    for blob in [&film("film_a"), &input] {
        blobs.create(blob).await.unwrap().finish().await.unwrap();
    }
    std::fs::write(blobs.root().join("artifacts/notes.txt"), "not ours").unwrap();
    std::fs::write(blobs.root().join("inputs/readme"), "not ours").unwrap();
    let listed = blobs.list(EVER).await.unwrap();
    assert_eq!(listed.iter().map(|(blob, _)| blob).collect::<Vec<_>>(), [&film("film_a"), &input]);
    let oldest = listed.iter().map(|(_, written)| *written).min().unwrap();
    assert!(blobs.list(oldest).await.unwrap().is_empty(), "written before, not at");
}
