//! Fair weather, and a covered sky.

use super::Weather;
use crate::raster::Rgb;
use crate::sound::Voice;
use crate::stage::Light;

#[derive(Debug)]
pub(super) struct Clear;

impl Weather for Clear {
    fn name(&self) -> &'static str {
        "clear"
    }
    fn words(&self) -> &'static [&'static str] {
        &["clear sky", "clear", "blue sky", "fair", "蓝天", "晴空"]
    }
    fn dim(&self, _light: &mut Light) {}
    fn sounds(&self) -> &'static [(Voice, f32)] {
        &[]
    }
}

#[derive(Debug)]
pub(super) struct Cloudy;

impl Weather for Cloudy {
    fn name(&self) -> &'static str {
        "cloudy"
    }
    fn words(&self) -> &'static [&'static str] {
        &["cloudy", "overcast", "grey sky", "windy", "wind", "breeze", "多云", "阴天", "风", "微风"]
    }
    fn dim(&self, light: &mut Light) {
        let grey = Rgb::hex(0x9a_a6b2).times(light.horizon.luma().max(0.12));
        light.zenith = light.zenith.to(grey, 0.6);
        light.horizon = light.horizon.to(grey.times(1.15), 0.55);
        light.haze = light.haze.to(grey, 0.5);
        light.ambient = light.ambient.times(0.88);
        light.sun = false;
    }
    fn sounds(&self) -> &'static [(Voice, f32)] {
        &[(Voice::Wind, 0.6)]
    }
}
