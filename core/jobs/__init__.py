"""Work that outlives the page that started it: one folder and one process group a job."""
