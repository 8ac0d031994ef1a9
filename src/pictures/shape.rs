//! Outlines of things in integers: a thing fills the square from -100 to 100, with y downwards.

use super::scene::Thing;

type Point = (i32, i32);

fn in_circle((x, y): Point, (cx, cy): Point, radius: i32) -> bool {
    (x - cx) * (x - cx) + (y - cy) * (y - cy) <= radius * radius
}

fn in_box((x, y): Point, (left, top): Point, (right, bottom): Point) -> bool {
    (left..=right).contains(&x) && (top..=bottom).contains(&y)
}

/// By the even-odd rule.
fn in_polygon((x, y): Point, corners: &[Point]) -> bool {
    let edges = corners.iter().zip(corners.iter().cycle().skip(1));
    let crossed = edges.filter(|&(&(ax, ay), &(bx, by))| {
        if (ay > y) == (by > y) {
            return false;
        }
        let side = (x - ax) * (by - ay) - (bx - ax) * (y - ay);
        if by > ay { side < 0 } else { side > 0 }
    });
    crossed.count() % 2 == 1
}

const STAR: [Point; 10] = [
    (0, -98),
    (25, -34),
    (93, -30),
    (40, 13),
    (58, 79),
    (0, 42),
    (-58, 79),
    (-40, 13),
    (-93, -30),
    (-25, -34),
];
const PETALS: [Point; 5] = [(0, -60), (57, -19), (35, 49), (-35, 49), (-57, -19)];

/// Whether a point is inside the thing.
pub(super) fn contains(thing: Thing, at: Point) -> bool {
    let (x, y) = at;
    if !in_box(at, (-100, -100), (100, 100)) {
        return false;
    }
    match thing {
        Thing::House => {
            let walls = in_box(at, (-70, -15), (70, 95)) && !in_box(at, (-20, 35), (20, 95));
            walls || in_polygon(at, &[(0, -98), (98, -10), (-98, -10)])
        }
        Thing::Tree => in_box(at, (-16, 20), (16, 98)) || in_circle(at, (0, -32), 66),
        Thing::Star => in_polygon(at, &STAR),
        Thing::Moon => in_circle(at, (-8, 0), 92) && !in_circle(at, (42, -12), 80),
        Thing::Heart => {
            in_circle(at, (-46, -38), 50)
                || in_circle(at, (46, -38), 50)
                || in_polygon(at, &[(-92, -18), (92, -18), (0, 96)])
        }
        Thing::Flower => PETALS.iter().any(|&petal| in_circle(at, petal, 36)) && !in_circle(at, (0, 0), 22),
        Thing::Fish => {
            let body = 44 * 44 * (x + 22) * (x + 22) + 76 * 76 * y * y <= 76 * 76 * 44 * 44;
            let tail = in_polygon(at, &[(30, 0), (98, -58), (98, 58)]);
            (body && !in_circle(at, (-58, -12), 12)) || tail
        }
        Thing::Boat => {
            let hull = in_polygon(at, &[(-96, 40), (96, 40), (58, 92), (-58, 92)]);
            hull || in_box(at, (-14, -98), (-2, 40)) || in_polygon(at, &[(6, -92), (82, 26), (6, 26)])
        }
        Thing::Ball => in_circle(at, (0, 0), 92),
        Thing::Cup => {
            let handle = in_circle(at, (46, -2), 48) && !in_circle(at, (46, -2), 24) && x > 40;
            in_box(at, (-80, -62), (42, 72)) || handle
        }
        Thing::Arrow => in_box(at, (-96, -20), (20, 20)) || in_polygon(at, &[(10, -72), (98, 0), (10, 72)]),
        Thing::Cloud => {
            let puffs = [((-48, 18), 46), ((-4, -20), 54), ((52, 16), 44)];
            puffs.iter().any(|&(centre, radius)| in_circle(at, centre, radius))
                || in_box(at, (-48, 10), (52, 62))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_fill_their_square_and_differ() {
        let grid: Vec<Point> = (-12..=12).flat_map(|y| (-12..=12).map(move |x| (8 * x, 8 * y))).collect();
        let outline = |thing: Thing| -> Vec<bool> { grid.iter().map(|&at| contains(thing, at)).collect() };
        for &thing in Thing::ALL {
            let filled = outline(thing).iter().filter(|&&inside| inside).count();
            assert!((120..540).contains(&filled), "{thing:?} fills {filled} of 625");
            let beyond = (-110..=110).any(|at| contains(thing, (at, 106)) || contains(thing, (106, at)));
            assert!(!beyond, "{thing:?} leaves its square");
            for &other in Thing::ALL.iter().filter(|&&other| other != thing) {
                let differing = outline(thing).iter().zip(outline(other)).filter(|(a, b)| *a != b).count();
                assert!(differing > 90, "{thing:?} and {other:?} differ in {differing} of 625");
            }
        }
    }
}
