"""What a request, its name and the files of the iteration before tell."""

import pytest
from chimerax.occupy.relion.job import JobError, read_job


@pytest.mark.parametrize(('name', 'iteration', 'half', 'number', 'body'), [
    ('run_it005_class001', 5, None, 1, False),
    ('run_it012_half2_class001', 12, 2, 1, False),
    ('run_it1000_class013', 1000, None, 13, False),
    ('run_it003_half1_body002', 3, 1, 2, True),
    ('run_class001', None, None, 1, False)])
def test_names_tell_iteration_half_and_number(refinement, name, iteration, half, number, body):
    star = refinement.ask(name, optimiser=False, model=False)
    job = read_job(star)
    assert (job.iteration, job.half, job.number, job.body) == (iteration, half, number, body)


def test_the_iteration_before_tells_the_last_one_and_the_pixel_size(refinement):
    job = read_job(refinement.ask())
    assert (job.last, job.pixel_size, job.refinement, job.gradient) == (25, 3.0, False, False)


def test_the_stars_own_pixel_size_comes_first(refinement):
    refinement.fields['rlnPixelSize'] = 1.7
    assert read_job(refinement.ask()).pixel_size == 1.7


def test_a_pixel_size_is_never_guessed(refinement):
    refinement.model['rlnPixelSize'] = 0
    assert read_job(refinement.ask()).pixel_size is None
    assert read_job(refinement.ask('other_it009_class001', model=False)).pixel_size is None


def test_halves_have_model_stars_of_their_own(refinement):
    refinement.optimiser |= {'rlnDoAutoRefine': 1, 'rlnDoSplitRandomHalves': 1}
    refinement.model['rlnPixelSize'] = 1.25
    job = read_job(refinement.ask('run_it004_half2_class001'))
    assert (job.pixel_size, job.refinement, job.last, job.joined) == (1.25, True, None, False)


def test_the_joined_reconstruction_is_known(refinement):
    refinement.optimiser['rlnDoAutoRefine'] = 1
    assert read_job(refinement.ask('run_it009_class001')).joined


def test_a_run_that_goes_on_finds_the_files_from_before(refinement):
    refinement.ask('run_it005_class001')
    (refinement.folder / 'run_it004_optimiser.star').rename(
        refinement.folder / 'run_it005_optimiser.star')
    (refinement.folder / 'run_it004_model.star').rename(
        refinement.folder / 'run_it005_model.star')
    job = read_job(refinement.ask('run_ct5_it006_class001', optimiser=False, model=False))
    assert (job.last, job.pixel_size) == (25, 3.0)


@pytest.mark.parametrize('label', ['rlnDoStochasticGradientDescent', 'rlnDoGradientRefine',
                                   'rlnDoStochasticEM'])
def test_gradient_descent_is_recognised(refinement, label):
    refinement.optimiser[label] = 1
    assert read_job(refinement.ask()).gradient


def test_gradient_descent_is_recognised_by_the_command(refinement):
    star = refinement.ask()
    path = refinement.folder / 'run_it004_optimiser.star'
    path.write_text(path.read_text().replace('--K 2', '--K 2 --grad --iter 5'))
    assert read_job(star).gradient


@pytest.mark.parametrize('label', ['rlnOriginalImageSize', 'rlnCurrentImageSize',
                                   'rlnReferenceDimensionality'])
@pytest.mark.parametrize('value', [None, 'x', '-3'])
def test_a_damaged_request_is_told(refinement, label, value):
    if value is None:
        del refinement.fields[label]
    else:
        refinement.fields[label] = value
    with pytest.raises(JobError, match=f'is damaged: .*{label}'):
        read_job(refinement.ask())


def test_another_kind_of_star_is_told(refinement):
    refinement.ask()
    with pytest.raises(JobError, match='is not a request for a reconstruction'):
        read_job(refinement.folder / 'run_it004_model.star')
