//! Drawn photos of the people of the demo, from a few shapes with colours of their own.

use png::{BitDepth, ColorType, Encoder, EncodingError};

const WIDTH: i32 = 96;
const HEIGHT: i32 = 120;

/// Colours in the palette.
const BACKGROUND: u8 = 0;
const SKIN: u8 = 1;
const HAIR: u8 = 2;
const CLOTHES: u8 = 3;
const EYES: u8 = 4;

const BACKGROUNDS: [[u8; 3]; 3] = [[222, 230, 236], [233, 228, 219], [221, 233, 223]];
const SKINS: [[u8; 3]; 4] = [
    [244, 214, 190],
    [226, 180, 146],
    [178, 128, 92],
    [120, 82, 58],
];
const HAIRS: [[u8; 3]; 5] = [
    [52, 40, 34],
    [110, 72, 42],
    [196, 158, 96],
    [150, 150, 150],
    [140, 62, 36],
];
const CLOTHS: [[u8; 3]; 5] = [
    [46, 82, 120],
    [120, 54, 70],
    [58, 104, 76],
    [96, 80, 126],
    [84, 88, 94],
];

/// The photo of the person with this serial number, as a PNG.
pub fn png(serial: u16) -> Result<Vec<u8>, EncodingError> {
    let n = usize::from(serial);
    let palette = [
        BACKGROUNDS[n % BACKGROUNDS.len()],
        SKINS[n % SKINS.len()],
        HAIRS[n % HAIRS.len()],
        CLOTHS[n / 2 % CLOTHS.len()],
        [38, 34, 32],
    ];
    let long_hair = n % 3 == 1;
    let pixels: Vec<u8> = (0..HEIGHT)
        .flat_map(|y| (0..WIDTH).map(move |x| colour(x, y, long_hair)))
        .collect();
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, WIDTH.unsigned_abs(), HEIGHT.unsigned_abs());
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_palette(palette.concat());
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(bytes)
}

/// Whether a point is in an ellipse.
fn within(x: i32, y: i32, (cx, cy): (i32, i32), (rx, ry): (i32, i32)) -> bool {
    let (dx, dy) = (x - cx, y - cy);
    dx * dx * ry * ry + dy * dy * rx * rx <= rx * rx * ry * ry
}

fn colour(x: i32, y: i32, long_hair: bool) -> u8 {
    let face = within(x, y, (48, 52), (21, 27));
    let fringe = face && y < 38;
    let eye = within(x, y, (40, 51), (2, 2)) || within(x, y, (56, 51), (2, 2));
    let mouth = within(x, y, (48, 65), (8, 3)) && y > 64;
    let neck = (40..=56).contains(&x) && (70..92).contains(&y);
    let long = long_hair && (within(x, y, (48, 58), (29, 38)) && y < 90);
    let shoulders = within(x, y, (48, 122), (42, 34));
    if fringe {
        HAIR
    } else if eye || mouth {
        EYES
    } else if face {
        SKIN
    } else if shoulders && !neck {
        CLOTHES
    } else if neck {
        SKIN
    } else if long || within(x, y, (48, 46), (25, 29)) && y < 52 {
        HAIR
    } else {
        BACKGROUND
    }
}
