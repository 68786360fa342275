//! Symmetric matrices that are positive definite, as those of regressions are.

/// Square, by rows.
#[derive(Debug, Clone)]
pub(crate) struct Matrix {
    size: usize,
    numbers: Vec<f64>,
}

impl Matrix {
    pub(crate) fn new(size: usize) -> Self {
        Self { size, numbers: vec![0.0; size * size] }
    }

    pub(crate) fn get(&self, row: usize, column: usize) -> f64 {
        self.numbers[row * self.size + column]
    }

    pub(crate) fn set(&mut self, row: usize, column: usize, number: f64) {
        self.numbers[row * self.size + column] = number;
    }

    pub(crate) fn add(&mut self, row: usize, column: usize, number: f64) {
        self.numbers[row * self.size + column] += number;
    }

    fn row(&self, row: usize) -> &[f64] {
        &self.numbers[row * self.size..(row + 1) * self.size]
    }

    /// Its lower triangle `l`, with `l · lᵀ` the matrix; none where it is not positive definite.
    fn factor(mut self) -> Option<Self> {
        for row in 0..self.size {
            for column in 0..=row {
                let before: f64 = self.row(row)[..column]
                    .iter()
                    .zip(&self.row(column)[..column])
                    .map(|(one, other)| one * other)
                    .sum();
                let rest = self.get(row, column) - before;
                let number = if row == column { rest.sqrt() } else { rest / self.get(column, column) };
                if !number.is_finite() || (row == column && rest <= 0.0) {
                    return None;
                }
                self.set(row, column, number);
            }
        }
        Some(self)
    }

    /// `x` with `l · x = right`.
    fn forward(&self, right: &[f64]) -> Vec<f64> {
        let mut solution = right.to_vec();
        for row in 0..self.size {
            let before: f64 = self.row(row)[..row].iter().zip(&solution).map(|(one, other)| one * other).sum();
            solution[row] = (solution[row] - before) / self.get(row, row);
        }
        solution
    }

    /// `x` with `lᵀ · x = right`.
    fn backward(&self, mut right: Vec<f64>) -> Vec<f64> {
        for row in (0..self.size).rev() {
            right[row] /= self.get(row, row);
            let (solved, numbers) = (right[row], self.row(row));
            right[..row].iter_mut().zip(numbers).for_each(|(rest, number)| *rest -= number * solved);
        }
        right
    }
}

/// `x` with `matrix · x = right`; none where the matrix is not positive definite.
pub(crate) fn solve(matrix: Matrix, right: &[f64]) -> Option<Vec<f64>> {
    let factor = matrix.factor()?;
    Some(factor.backward(factor.forward(right)))
}

/// None where the matrix is not positive definite.
pub(crate) fn inverse(matrix: Matrix) -> Option<Matrix> {
    let size = matrix.size;
    let factor = matrix.factor()?;
    let mut inverse = Matrix::new(size);
    let mut unit = vec![0.0; size];
    for column in 0..size {
        unit[column] = 1.0;
        for (row, number) in factor.backward(factor.forward(&unit)).into_iter().enumerate() {
            inverse.set(row, column, number);
        }
        unit[column] = 0.0;
    }
    Some(inverse)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `a · aᵀ` and a diagonal: positive definite.
    fn matrix() -> impl Strategy<Value = Matrix> {
        (1usize..9).prop_flat_map(|size| {
            prop::collection::vec(-3.0..3.0f64, size * size).prop_map(move |of| {
                let mut matrix = Matrix::new(size);
                for row in 0..size {
                    for column in 0..size {
                        let product: f64 = (0..size).map(|at| of[row * size + at] * of[column * size + at]).sum();
                        matrix.set(row, column, product + if row == column { 0.5 } else { 0.0 });
                    }
                }
                matrix
            })
        })
    }

    proptest! {
        #[test]
        fn what_is_solved_multiplies_back(matrix in matrix(), seed in prop::collection::vec(-5.0..5.0f64, 9)) {
            let right = &seed[..matrix.size];

            let solution = solve(matrix.clone(), right).expect("positive definite");

            for (row, wanted) in right.iter().enumerate() {
                let product: f64 = matrix.row(row).iter().zip(&solution).map(|(one, other)| one * other).sum();
                prop_assert!((product - wanted).abs() < 1e-6);
            }
        }

        #[test]
        fn an_inverse_times_its_matrix_is_one(matrix in matrix()) {
            let inverse = inverse(matrix.clone()).expect("positive definite");

            for row in 0..matrix.size {
                for column in 0..matrix.size {
                    let product: f64 = (0..matrix.size).map(|at| matrix.get(row, at) * inverse.get(at, column)).sum();
                    let unit = f64::from(u8::from(row == column));
                    prop_assert!((product - unit).abs() < 1e-6);
                }
            }
        }
    }

    #[test]
    fn what_is_not_positive_definite_has_no_solution() {
        let mut matrix = Matrix::new(2);
        matrix.set(0, 0, 1.0);
        matrix.set(1, 1, -1.0);

        assert!(solve(matrix.clone(), &[1.0, 1.0]).is_none());
        matrix.set(1, 1, f64::NAN);
        assert!(inverse(matrix).is_none());
    }
}
