//! The words of the services that can be simulated: their paths, how they take a job, how they say how it stands, how
//! they say no. What is here is written from the same sources as the description files, and from them alone.

use filmgate_domain::media::Size;
use serde_json::{Value, json};

use super::Standing;
use super::script::Trouble;

/// A service's way of speaking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// OpenAI's Videos, and the servers that speak it.
    OpenAi,
    /// Volcengine Ark.
    Ark,
    /// Veo on the Gemini API.
    Google,
    /// Alibaba's `DashScope`.
    DashScope,
    /// fal's queue.
    Fal,
    /// Replicate.
    Replicate,
    /// This very contract.
    Kyy,
}

/// What is asked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Submit,
    Look(String),
    /// fal's result, which is asked for apart.
    Result(String),
    Film(String),
    Cancel(String),
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Self; 7] =
        [Self::OpenAi, Self::Ark, Self::Google, Self::DashScope, Self::Fal, Self::Replicate, Self::Kyy];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Ark => "ark",
            Self::Google => "google",
            Self::DashScope => "dashscope",
            Self::Fal => "fal",
            Self::Replicate => "replicate",
            Self::Kyy => "kyy",
        }
    }

    /// The dialect called `name`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.as_str() == name)
    }

    /// The name of its `count`th job.
    pub(super) fn id(self, count: u64) -> String {
        match self {
            Self::OpenAi => format!("video_{count:08}"),
            Self::Ark => format!("cgt-{count:08}"),
            Self::Google => format!("models/simulated/operations/{count:08}"),
            Self::DashScope | Self::Replicate => format!("{count:08}"),
            Self::Fal => format!("req-{count:08}"),
            Self::Kyy => format!("video_sim{count:08}"),
        }
    }

    /// What a request asks for; its path is below whatever base the client was given.
    pub(super) fn ask(self, method: &str, path: &str) -> Option<Ask> {
        if let Some(id) = path.strip_prefix("/simulated/films/").and_then(|rest| rest.strip_suffix(".mp4")) {
            return Some(Ask::Film(id.to_owned()));
        }
        let id = |prefix: &str| {
            path.rsplit_once(prefix).map(|(_, rest)| rest.to_owned()).filter(|rest| !rest.is_empty())
        };
        let bare = |prefix: &str| id(prefix).filter(|rest| !rest.contains('/'));
        match (self, method) {
            (Self::OpenAi | Self::Kyy, "POST") if path.ends_with("/videos") => Some(Ask::Submit),
            (Self::OpenAi, "GET") if path.ends_with("/content") => id("/videos/")
                .and_then(|rest| rest.strip_suffix("/content").map(str::to_owned))
                .map(Ask::Film),
            (Self::OpenAi, "GET") => bare("/videos/").map(Ask::Look),
            (Self::OpenAi, "DELETE") => bare("/videos/").map(Ask::Cancel),
            (Self::Ark, "POST") if path.ends_with("/contents/generations/tasks") => Some(Ask::Submit),
            (Self::Ark, "GET") => bare("/contents/generations/tasks/").map(Ask::Look),
            (Self::Ark, "DELETE") => bare("/contents/generations/tasks/").map(Ask::Cancel),
            (Self::Google, "POST") if path.ends_with(":predictLongRunning") => Some(Ask::Submit),
            (Self::Google, "GET") => id("/models/").map(|rest| Ask::Look(format!("models/{rest}"))),
            (Self::DashScope, "POST") if path.ends_with("/video-synthesis") => Some(Ask::Submit),
            (Self::DashScope, "POST") => id("/tasks/")
                .and_then(|rest| rest.strip_suffix("/cancel").map(str::to_owned))
                .map(Ask::Cancel),
            (Self::DashScope, "GET") => bare("/tasks/").map(Ask::Look),
            (Self::Fal, "POST") => Some(Ask::Submit),
            (Self::Fal, "PUT") => id("/requests/")
                .and_then(|rest| rest.strip_suffix("/cancel").map(str::to_owned))
                .map(Ask::Cancel),
            (Self::Fal, "GET") => id("/requests/").map(|rest| match rest.strip_suffix("/status") {
                Some(id) => Ask::Look(id.to_owned()),
                None => Ask::Result(rest),
            }),
            (Self::Replicate, "POST") if path.ends_with("/cancel") => id("/predictions/")
                .and_then(|rest| rest.strip_suffix("/cancel").map(str::to_owned))
                .map(Ask::Cancel),
            (Self::Replicate, "POST") if path.ends_with("/predictions") => Some(Ask::Submit),
            (Self::Replicate, "GET") => bare("/predictions/").map(Ask::Look),
            (Self::Kyy, "GET") => bare("/v1/result/").map(Ask::Look),
            (Self::Kyy, "DELETE") => bare("/v1/result/").map(Ask::Cancel),
            _ => None,
        }
    }

    /// The prompt, length and size that a body asks for; nothing without a prompt.
    pub(super) fn read(self, body: &Value) -> Option<(String, u32, Size)> {
        let (prompt, seconds, shape) = match self {
            Self::Kyy if body["seconds"].is_null() => (&body["prompt"], &body["duration"], &body["ratio"]),
            Self::OpenAi | Self::Kyy => (&body["prompt"], &body["seconds"], &body["size"]),
            Self::Ark => (&body["content"][0]["text"], &body["duration"], &body["ratio"]),
            Self::Google => {
                let parameters = &body["parameters"];
                (&body["instances"][0]["prompt"], &parameters["durationSeconds"], &parameters["aspectRatio"])
            }
            Self::DashScope => {
                (&body["input"]["prompt"], &body["parameters"]["duration"], &body["parameters"]["ratio"])
            }
            Self::Fal => (&body["prompt"], &body["duration"], &body["aspect_ratio"]),
            Self::Replicate => {
                (&body["input"]["prompt"], &body["input"]["duration"], &body["input"]["aspect_ratio"])
            }
        };
        let number = seconds.as_u64().or_else(|| seconds.as_str()?.parse().ok()).unwrap_or(4);
        let prompt = prompt.as_str().filter(|prompt| !prompt.trim().is_empty())?;
        Some((
            prompt.to_owned(),
            u32::try_from(number.clamp(1, 60)).unwrap_or(4),
            size(shape.as_str().unwrap_or_default()),
        ))
    }

    /// Where it is to say that a job is over, as the request has it.
    pub(super) fn callback(self, body: &Value, query: &str) -> Option<String> {
        match self {
            Self::Ark => body["callback_url"].as_str().map(str::to_owned),
            Self::Replicate => body["webhook"].as_str().map(str::to_owned),
            Self::Fal => {
                let mut pairs = url::form_urlencoded::parse(query.as_bytes());
                pairs.find(|(name, _)| name == "fal_webhook").map(|(_, address)| address.into_owned())
            }
            Self::OpenAi | Self::Google | Self::DashScope | Self::Kyy => None,
        }
    }

    /// That a job was taken.
    pub(super) fn accepted(self, id: &str, base: &str) -> Value {
        match self {
            Self::OpenAi => openai(id, "queued", 0),
            Self::Ark => json!({ "id": id }),
            Self::Google => json!({ "name": id }),
            Self::DashScope => {
                json!({ "output": { "task_status": "PENDING", "task_id": id }, "request_id": "sim" })
            }
            Self::Fal => {
                let at = format!("{base}/simulated/requests/{id}");
                json!({ "request_id": id, "response_url": at, "status_url": format!("{at}/status"), "cancel_url": format!("{at}/cancel") })
            }
            Self::Replicate => {
                let at = format!("{base}/v1/predictions/{id}");
                json!({ "id": id, "status": "starting", "urls": { "get": at, "cancel": format!("{at}/cancel") }, "output": null, "error": null })
            }
            Self::Kyy => {
                json!({ "id": id, "object": "video", "created": 1_790_000_000, "model": "videos", "status": "queued", "error": null })
            }
        }
    }

    /// How a job stands.
    pub(super) fn told(self, id: &str, standing: &Standing, base: &str) -> Value {
        let film = format!("{base}/simulated/films/{id}.mp4");
        let done = *standing == Standing::Done;
        let word = self.word(standing);
        match self {
            Self::OpenAi => {
                let progress =
                    if let Standing::Working(percent) = standing { *percent } else { u8::from(done) * 100 };
                let mut told = openai(id, &word, progress);
                match standing {
                    Standing::Failed => {
                        told["error"] = json!({ "code": "server_error", "message": "it broke" });
                    }
                    Standing::Censored => {
                        told["error"] = json!({ "code": "moderation_blocked", "message": "no" });
                    }
                    _ => {}
                }
                told
            }
            Self::Ark => {
                let mut told = json!({ "id": id, "model": "simulated", "status": word });
                match standing {
                    Standing::Done => told["content"] = json!({ "video_url": film }),
                    Standing::Failed => {
                        told["error"] = json!({ "code": "InternalServiceError", "message": "it broke" });
                    }
                    Standing::Censored => {
                        told["error"] =
                            json!({ "code": "OutputVideoSensitiveContentDetected", "message": "no" });
                    }
                    _ => {}
                }
                told
            }
            Self::Google => match standing {
                Standing::Done => {
                    let samples = json!([{ "video": { "uri": film } }]);
                    json!({ "name": id, "done": true, "response": { "generateVideoResponse": { "generatedSamples": samples } } })
                }
                Standing::Censored => {
                    let held = json!({ "raiMediaFilteredCount": 1, "raiMediaFilteredReasons": ["no"] });
                    json!({ "name": id, "done": true, "response": { "generateVideoResponse": held } })
                }
                Standing::Failed | Standing::Canceled => {
                    json!({ "name": id, "done": true, "error": { "code": 13, "message": "it broke", "status": "INTERNAL" } })
                }
                _ => json!({ "name": id, "metadata": { "state": word } }),
            },
            Self::DashScope => {
                let mut output = json!({ "task_id": id, "task_status": word });
                match standing {
                    Standing::Done => output["video_url"] = film.into(),
                    Standing::Failed => output["code"] = "InternalError".into(),
                    Standing::Censored => output["code"] = "DataInspectionFailed".into(),
                    _ => {}
                }
                json!({ "request_id": "sim", "output": output })
            }
            Self::Fal => {
                let mut told = json!({ "status": word, "request_id": id });
                if *standing == Standing::Failed {
                    told["error"] = "it broke".into();
                }
                if *standing == Standing::Censored {
                    told["error"] = "no".into();
                    told["error_type"] = "content_policy_violation".into();
                }
                told
            }
            Self::Replicate => {
                let error = match standing {
                    Standing::Failed => json!("it broke"),
                    Standing::Censored => json!("The output was flagged as sensitive"),
                    _ => Value::Null,
                };
                json!({ "id": id, "status": word, "output": done.then(|| json!([film])), "error": error })
            }
            Self::Kyy => {
                let mut told = json!({ "id": id, "object": "video", "created": 1_790_000_000, "model": "videos", "status": word,
                    "video_url": done.then_some(film), "error": null });
                match standing {
                    Standing::Failed => told["error"] = "it broke".into(),
                    Standing::Censored => {
                        told["error"] = "sensitive content".into();
                        told["error_code"] = "content_policy".into();
                    }
                    _ => {}
                }
                told
            }
        }
    }

    /// The film of fal's result.
    pub(super) fn result(id: &str, base: &str) -> Value {
        json!({ "video": { "url": format!("{base}/simulated/films/{id}.mp4"), "content_type": "video/mp4" } })
    }

    /// The word for how a job stands.
    fn word(self, standing: &Standing) -> String {
        let [queued, working, done, failed, canceled] = match self {
            Self::OpenAi => ["queued", "in_progress", "completed", "failed", "failed"],
            Self::Ark => ["queued", "running", "succeeded", "failed", "cancelled"],
            Self::Google => ["", "", "", "", ""],
            Self::DashScope => ["PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED"],
            Self::Fal => ["IN_QUEUE", "IN_PROGRESS", "COMPLETED", "COMPLETED", "COMPLETED"],
            Self::Replicate => ["starting", "processing", "succeeded", "failed", "canceled"],
            Self::Kyy => ["queued", "processing", "completed", "failed", "failed"],
        };
        match standing {
            Standing::Queued => queued,
            Standing::Working(_) => working,
            Standing::Done => done,
            Standing::Failed | Standing::Censored => failed,
            Standing::Canceled => canceled,
            Standing::Word(word) => word,
        }
        .to_owned()
    }

    /// A "no", with its status.
    pub(super) fn refusal(self, trouble: Trouble) -> (u16, Value) {
        let (kind, plain) = match trouble {
            Trouble::Busy | Trouble::BusySilent => (0, 429),
            Trouble::Overloaded => (1, 503),
            Trouble::Refused => (2, 400),
            Trouble::Invalid => (3, 400),
            Trouble::Auth => (4, 401),
            Trouble::Quota => (5, 402),
            Trouble::LinkDead => (6, 404),
            _ => (7, 500),
        };
        let http = match (self, trouble) {
            (Self::Ark, Trouble::Quota) => 429,
            (Self::Google | Self::DashScope, Trouble::Quota) => 400,
            (Self::Fal, Trouble::Refused | Trouble::Invalid) => 422,
            _ => plain,
        };
        let (word, text) = (self.nos()[kind], TEXTS[kind]);
        let value = match self {
            Self::OpenAi => {
                json!({ "error": { "message": text, "type": "error", "param": null, "code": word } })
            }
            Self::Ark => json!({ "error": { "code": word, "message": text, "type": "error" } }),
            Self::Google => json!({ "error": { "code": http, "message": text, "status": word } }),
            Self::DashScope => json!({ "code": word, "message": text, "request_id": "sim" }),
            Self::Fal => json!({ "detail": [{ "loc": ["body"], "msg": text, "type": word }] }),
            Self::Replicate => {
                let flagged = (trouble == Trouble::Refused).then_some("flagged as sensitive");
                json!({ "title": word, "detail": text, "status": http, "error": flagged })
            }
            Self::Kyy => json!({ "code": word, "message": text, "msg": text, "error": text, "param": null }),
        };
        (http, value)
    }

    /// Its words for "too much", "later", "forbidden", "wrong", "who are you", "no money", "not here", "it broke".
    const fn nos(self) -> [&'static str; 8] {
        match self {
            Self::OpenAi => [
                "rate_limit_exceeded",
                "overloaded",
                "moderation_blocked",
                "invalid_value",
                "invalid_api_key",
                "insufficient_quota",
                "not_found",
                "server_error",
            ],
            Self::Ark => [
                "RateLimitExceeded.EndpointRPMExceeded",
                "ServerOverloaded",
                "InputTextSensitiveContentDetected",
                "InvalidParameter",
                "AuthenticationError",
                "QuotaExceeded",
                "NotFound",
                "InternalServiceError",
            ],
            Self::Google => [
                "RESOURCE_EXHAUSTED",
                "UNAVAILABLE",
                "INVALID_ARGUMENT",
                "INVALID_ARGUMENT",
                "UNAUTHENTICATED",
                "FAILED_PRECONDITION",
                "NOT_FOUND",
                "INTERNAL",
            ],
            Self::DashScope => [
                "Throttling.RateQuota",
                "ServiceUnavailable",
                "DataInspectionFailed",
                "InvalidParameter",
                "InvalidApiKey",
                "Arrearage",
                "NotFound",
                "InternalError",
            ],
            Self::Fal => [
                "rate_limit",
                "unavailable",
                "content_policy_violation",
                "value_error",
                "auth",
                "balance",
                "not_found",
                "internal",
            ],
            Self::Replicate => [
                "Too many requests",
                "Unavailable",
                "Flagged",
                "Invalid input",
                "Unauthenticated",
                "Billing required",
                "Not found",
                "Internal",
            ],
            Self::Kyy => [
                "rate_limited",
                "unavailable",
                "content_policy",
                "invalid_parameter",
                "unauthorized",
                "insufficient_balance",
                "not_found",
                "internal",
            ],
        }
    }
}

/// What is said beside the words.
const TEXTS: [&str; 8] = [
    "too much at once",
    "later",
    "it violates the safety policy: sensitive content",
    "a bad value",
    "the key is not known",
    "billing: no balance",
    "it is gone",
    "it broke",
];

fn openai(id: &str, status: &str, progress: u8) -> Value {
    json!({ "id": id, "object": "video", "model": "simulated", "status": status, "progress": progress, "created_at": 1_790_000_000,
        "completed_at": null, "expires_at": null, "prompt": null, "size": "1280x720", "seconds": "4",
        "remixed_from_video_id": null, "error": null })
}

/// `1280x720`, or a shape in 720p.
fn size(text: &str) -> Size {
    let pair = |text: &str| {
        let (width, height) = text.split_once('x')?;
        Some(Size::new(width.parse().ok()?, height.parse().ok()?))
    };
    let size = match text {
        "9:16" => Size::new(720, 1280),
        "1:1" => Size::new(960, 960),
        other => pair(other).unwrap_or(Size::new(1280, 720)),
    };
    let even = |side: u32| (side.clamp(64, 2048)) & !1;
    Size::new(even(size.width), even(size.height))
}
